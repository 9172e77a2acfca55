"""
Every way this product says no, in one tree; `cli` and `web` map it to their codes.

ApprovalEngineError
  Refused               it is not allowed, and nothing changed
    NotFound              no such thing, or not visible to the caller
    Forbidden             this person may not do this
      Unauthenticated       nobody is logged in, or the proof of who he is does not hold
      TooManyAttempts       too many wrong passwords, or too many writes; later again
    InvalidState          the thing is in a state that does not allow it
      StaleRevision         the quote has changed since the caller saw it
      Quarantined           an incident holds the workflow until it is closed
      Incomplete            the policy wants to see more; names all that is missing
      Unaccepted            the proof of a policy finds what nobody accepts; names it
    InvalidInput          a value given on the spot (an option, a form field) is wrong
      WrongOption           an option cannot have this value; it is wrong usage
    Conflict              an idempotency key was used for something else, or is busy
      InProgress            the request with this idempotency key still runs
  StepUpRequired        his log-in is too old for this; he shows who he is and goes on
  DefinitionError       a file or document is wrong; carries every problem found in it
    DocumentError         a quote, directory or scenario
    PolicyError           a policy
    PlanError             a policy met a quote or a directory for which no plan exists
    BpmnError             a process definition
    DmnError              a file of decision tables
  EngineError           the engine did something that the plan does not allow
    Unreadable            what is stored of a workflow cannot be read any more
  Altered               evidence is not what was signed, or nobody trusted signed it
  StorageError          the database cannot be reached, or has a schema we do not know
  Undelivered           a message did not reach a mail server or webhook this time
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil


class ApprovalEngineError(Exception):
    """
    Anything this product refuses or cannot do.
    """


class Refused(ApprovalEngineError):
    """
    The caller asked for something that is not allowed; nothing changed.
    """


class NotFound(Refused):
    """
    There is no such thing, or the caller may not see it.
    """


class Forbidden(Refused):
    """
    The person may not do it.
    """


class Unauthenticated(Forbidden):
    """
    Nobody is logged in, or a password, session or token does not hold.
    """


class StepUpRequired(ApprovalEngineError):
    """
    He must show again who he is before he does this; then it may go on.

    It is no refusal: no page shows it among its own, it asks for the log-in instead.
    """


class TooManyAttempts(Forbidden):
    """
    Too many of what is named came from one place or person; how long to wait.
    """

    def __init__(self, what: str, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(f"Too many {what}; try again in {self.retry_after_s} s.")

    @property
    def retry_after_s(self) -> int:
        """
        The same in whole seconds, as HTTP tells it.
        """
        return max(1, ceil(self.wait_s))


class InvalidState(Refused):
    """
    The thing is in a state that does not allow it.
    """


class StaleRevision(InvalidState):
    """
    The quote has a newer revision than the one that the caller saw.
    """


class Quarantined(InvalidState):
    """
    An incident holds the workflow; nothing moves it until that is closed.
    """


class Incomplete(InvalidState):
    """
    The quote lacks what rules want to see: `missing` names it, with who asks for it.
    """

    def __init__(self, sentence: str, missing: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(sentence)
        self.missing = missing


class Unaccepted(InvalidState):
    """
    The proof of a policy finds what nobody has accepted.

    `findings` are JSON objects: what is found and where, its examples, and by which
    name it is accepted.
    """

    def __init__(
        self, sentence: str, findings: tuple[Mapping[str, object], ...]
    ) -> None:
        super().__init__(sentence)
        self.findings = findings


class InvalidInput(Refused):
    """
    A value given on the spot, such as an option or a form field, is wrong.
    """


class WrongOption(InvalidInput):
    """
    What is asked for cannot be asked: an option has a value that it cannot have.

    On the command line that is wrong usage, on a page a field that is wrong.
    """


class Conflict(Refused):
    """
    Somebody was faster, or the request with this idempotency key still runs.
    """


class InProgress(Conflict):
    """
    The request with this idempotency key still runs.
    """


class KeyReused(Conflict):
    """
    The idempotency key belongs to another request.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """
    One thing that is wrong in a document, placed so that a person can go there.

    `element` is the id an analyst can click in a diagram, or a JSON pointer.
    """

    file: str
    line: int
    code: str
    element: str
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: {self.code}"
        return f"{place} element={self.element}: {self.sentence}"


class DefinitionError(ApprovalEngineError):
    """
    A file or document is wrong; `problems` lists everything found, in file order.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class DocumentError(DefinitionError):
    """
    A quote, a directory or a scenario file is wrong.
    """


class PolicyError(DefinitionError):
    """
    A policy is wrong.
    """


class PlanError(DefinitionError):
    """
    The policy is right, but this quote and this directory allow no plan.
    """


class BpmnError(DefinitionError):
    """
    A process definition is wrong.
    """


class DmnError(DefinitionError):
    """
    A file of decision tables is wrong.
    """


class EngineError(ApprovalEngineError):
    """
    The engine did something that the plan does not allow; it becomes an incident.
    """


class Altered(ApprovalEngineError):
    """
    Evidence is not what was signed: `file` names it, `seq` the event where that is one.
    """

    def __init__(
        self, because: str, *, file: str, workflow: str | None = None, seq: int = 0
    ) -> None:
        super().__init__(f"{file} does not hold: {because}.")
        self.because = because
        self.file = file
        self.workflow = workflow
        self.seq = seq


class Unreadable(EngineError):
    """
    What is stored of `workflow` cannot be read; it becomes an incident of that one.
    """

    def __init__(self, workflow: str, sentence: str) -> None:
        super().__init__(sentence)
        self.workflow = workflow


class StorageError(ApprovalEngineError):
    """
    The database cannot be reached, is locked too long, or has an unknown schema.
    """


class Undelivered(ApprovalEngineError):
    """
    A message did not arrive; `whole` if that is so for everything sent there now.
    """

    def __init__(self, sentence: str, *, whole: bool = False) -> None:
        super().__init__(sentence)
        self.whole = whole


BROKEN = (
    ApprovalEngineError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What reading rows and documents may raise that somebody changed by hand."""


def reason(error: Exception) -> str:
    """
    An exception as part of a sentence.
    """
    if isinstance(error, ApprovalEngineError):
        return str(error)
    return f"{type(error).__name__}: {error}"
