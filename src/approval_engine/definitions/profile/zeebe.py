"""
The verdict on what Camunda 8 adds to BPMN.
"""

from approval_engine.definitions.profile.entries import (
    ANY,
    Attribute,
    Element,
    Rows,
    Verdict,
)

_WORKERS = "nobody works on topics: use a user task or our notify step"
_LISTENERS = "no listener runs here: draw what is to happen as a step"
_PINNED = "the newest one is pinned when the process is deployed"
_OURS = "approval-engine.notify"


def _rows(verdict: Verdict, names: str, words: str) -> Rows:
    return Rows(prefix="zeebe", verdict=verdict, names=names, words=words)


def _runs(names: str, words: str) -> Rows:
    return _rows(Verdict.RUNS, names, words)


def _translated(names: str, words: str) -> Rows:
    return _rows(Verdict.TRANSLATED, names, words)


def _decorative(names: str, words: str) -> Rows:
    return _rows(Verdict.DECORATIVE, names, words)


def _refused(names: str, words: str) -> Rows:
    return _rows(Verdict.REFUSED, names, words)


ELEMENTS: tuple[Element, ...] = (
    *_runs("properties", "names and values, ours among them").elements(ANY),
    *_runs("property", "a name and a value").elements("zeebe:properties"),
    *_runs("assignmentDefinition", "who is asked").elements("userTask"),
    *_runs("taskSchedule", "when it is due").elements("userTask"),
    *_runs("priorityDefinition", "its priority").elements("userTask"),
    *_runs("formDefinition", "its form; none at the start").elements(
        "userTask startEvent"
    ),
    *_runs("userTask", "says that people do it").elements("userTask"),
    *_runs("calledDecision", "the decision that is asked").elements("businessRuleTask"),
    *_runs("calledElement", "the process that is called").elements("callActivity"),
    *_runs("loopCharacteristics", "who is asked one by one").elements(
        "multiInstanceLoopCharacteristics"
    ),
    *_runs("taskDefinition", "only our notify step").elements(
        "serviceTask sendTask businessRuleTask"
    ),
    *_translated("ioMapping", "plain values, shown on the task page").elements(
        "userTask"
    ),
    *_translated("input output", "a read-only field with this value").elements(
        "zeebe:ioMapping"
    ),
    *_decorative("taskHeaders", "for workers, of which there are none").elements(
        "userTask serviceTask sendTask businessRuleTask", noted=True
    ),
    *_decorative("header", "for workers, of which there are none").elements(
        "zeebe:taskHeaders"
    ),
    *_decorative(
        "versionTag", "versions are counted when a process is deployed"
    ).elements("process", noted=True),
    *_decorative("userTaskForm", "the form itself is not shown").elements(
        "process", noted=True
    ),
    *_decorative(
        "jobPriorityDefinition", "for workers, of which there are none"
    ).elements("process serviceTask sendTask", noted=True),
    *_decorative("subscription", "messages do not reach a process").elements(
        "message", noted=True
    ),
    *_refused("script", "no script runs here: use a decision table").elements(ANY),
    *_refused(
        "executionListeners executionListener taskListeners taskListener", _LISTENERS
    ).elements(ANY),
    *_refused("adHoc", "its order is nobody's rule").elements(ANY),
    *_refused("conditionalFilter", "facts do not change while a process runs").elements(
        ANY
    ),
    *_refused("linkedResources linkedResource", "a file stands alone").elements(ANY),
    *_refused("agentDefinition", "no agent runs here: use a user task").elements(ANY),
)


def _own(names: str, words: str) -> Rows:
    return Rows(prefix="", verdict=Verdict.RUNS, names=names, words=words)


def _kept(names: str, words: str) -> Rows:
    return Rows(prefix="", verdict=Verdict.DECORATIVE, names=names, words=words)


def _no(names: str, words: str) -> Rows:
    return Rows(prefix="", verdict=Verdict.REFUSED, names=names, words=words)


ATTRIBUTES: tuple[Attribute, ...] = (
    *_own("name value", "a name and a value").attributes("zeebe:property"),
    *_own("assignee candidateUsers candidateGroups", "who is asked").attributes(
        "zeebe:assignmentDefinition"
    ),
    *_own("dueDate followUpDate", "as on Camunda Platform").attributes(
        "zeebe:taskSchedule"
    ),
    *_own("priority", "a whole number").attributes("zeebe:priorityDefinition"),
    *_own(
        "formKey formId externalReference", "a form; its fields are inferred"
    ).attributes("zeebe:formDefinition"),
    *_own("bindingType", _PINNED).attributes(
        "zeebe:formDefinition zeebe:calledDecision zeebe:calledElement",
        "latest deployment",
    ),
    *_no("versionTag", _PINNED).attributes(
        "zeebe:formDefinition zeebe:calledDecision zeebe:calledElement"
    ),
    *_own("decisionId resultVariable", "the decision, its result").attributes(
        "zeebe:calledDecision"
    ),
    *_own("processId", "`cpq_plan`, or the id of a deployed process").attributes(
        "zeebe:calledElement"
    ),
    *_kept(
        "propagateAllChildVariables propagateAllParentVariables",
        "all names are shared",
    ).attributes("zeebe:calledElement"),
    *_no(
        "processIdExpression businessId", "which process is called is drawn"
    ).attributes("zeebe:calledElement"),
    *_own("inputCollection inputElement", "the people, and the name of one").attributes(
        "zeebe:loopCharacteristics"
    ),
    *_no(
        "outputCollection outputElement", "answers are counted by their rule"
    ).attributes("zeebe:loopCharacteristics"),
    *_own("type", _WORKERS).attributes("zeebe:taskDefinition", _OURS),
    *_kept("retries", "messages are retried by the outbox").attributes(
        "zeebe:taskDefinition"
    ),
    *_own("source target", "a value and the name that is shown").attributes(
        "zeebe:input zeebe:output"
    ),
    *_kept("id key value", "for workers").attributes("zeebe:header"),
    *_kept("value", "versions are counted when deployed").attributes(
        "zeebe:versionTag"
    ),
    *_kept("id", "of the form").attributes("zeebe:userTaskForm"),
    *_kept("priority", "for workers").attributes("zeebe:jobPriorityDefinition"),
    *_kept("correlationKey", "of messages").attributes("zeebe:subscription"),
    *_kept(
        "zeebe:modelerConfigurationTemplate zeebe:modelerConfigurationName"
        " modelerConfigurationTemplate modelerConfigurationName",
        "of the modeler",
    ).attributes("zeebe:input zeebe:property"),
    *_runs("modelerTemplate modelerTemplateVersion", "what the panel shows").attributes(
        ANY
    ),
    *_decorative("modelerTemplateIcon", "of the modeler").attributes(ANY),
    *_refused("retryCounter", _WORKERS).attributes(ANY),
)
