"""
The verdict on what Camunda Platform 7 adds to BPMN, in its new and its old namespaces.
"""

from approval_engine.definitions.profile.entries import (
    ANY,
    Attribute,
    Element,
    Rows,
    Verdict,
)
from approval_engine.definitions.profile.places import EXPRESSIONS

_JAVA = "no Java runs here: use a user task, a decision table or our notify step"
_SCRIPTS = "no script runs here: use a decision table or a condition"
_LISTENERS = "no listener runs here: draw what is to happen as a step"
_OPERATOR = "for an operator of Camunda; there is nothing to set here"
_OURS = "approval-engine.notify"


def _rows(verdict: Verdict, names: str, words: str) -> Rows:
    return Rows(prefix="camunda", verdict=verdict, names=names, words=words)


def _runs(names: str, words: str) -> Rows:
    return _rows(Verdict.RUNS, names, words)


def _translated(names: str, words: str) -> Rows:
    return _rows(Verdict.TRANSLATED, names, words)


def _decorative(names: str, words: str) -> Rows:
    return _rows(Verdict.DECORATIVE, names, words)


def _refused(names: str, words: str) -> Rows:
    return _rows(Verdict.REFUSED, names, words)


_FORMS = "userTask startEvent"

ELEMENTS: tuple[Element, ...] = (
    *_runs("properties", "names and values, ours among them").elements(
        f"{ANY} camunda:formField"
    ),
    *_runs("property", "a name and a value").elements("camunda:properties"),
    *_runs("formData", "fields of the task page; none at the start").elements(_FORMS),
    *_runs("formField", "a field of the task page").elements("camunda:formData"),
    *_runs("validation", "what a field must hold").elements("camunda:formField"),
    *_runs("constraint", "`required`, `readonly`, `min`, `max` and lengths").elements(
        "camunda:validation"
    ),
    *_runs("value", "a choice of an enum field").elements("camunda:formField"),
    *_translated("inputOutput", "plain values, shown on the task page").elements(
        "userTask"
    ),
    *_translated(
        "inputParameter outputParameter", "a read-only field with this value"
    ).elements("camunda:inputOutput", text=True),
    *_translated("in out", "a called process sees all names of its caller").elements(
        "callActivity"
    ),
    *_decorative("failedJobRetryTimeCycle", _OPERATOR).elements(
        ANY, text=True, noted=True
    ),
    *_decorative("potentialStarter", "the directory says who submits").elements(
        "process", noted=True
    ),
    *_refused("script", _SCRIPTS).elements(ANY),
    *_refused("executionListener taskListener", _LISTENERS).elements(ANY),
    *_refused("connector connectorId", "use our notify step").elements(ANY),
    *_refused("field string expression", _JAVA).elements(ANY),
    *_refused(
        "list map entry", "a value is plain: write it as text, or use a decision table"
    ).elements(ANY),
    *_refused("formProperty", "use form fields (formData)").elements(ANY),
    *_refused("errorEventDefinition", _JAVA).elements(ANY),
    *_refused("resourceAssignmentExpression", "the directory says it").elements(ANY),
)

_OF_TASKS = (
    *_runs("assignee", "the one person who is asked").attributes("userTask"),
    *_runs(
        "candidateUsers candidateGroups", "who may take it: people, roles"
    ).attributes("userTask"),
    *_runs(
        "dueDate followUpDate",
        "a duration after the task opens, an instant with offset, or an expression",
    ).attributes("userTask"),
    *_runs("priority", "a whole number").attributes("userTask"),
    *_runs("formKey", "a form of ours; of another its fields are inferred").attributes(
        "userTask"
    ),
    *_translated("formRef", "the same as a form key").attributes("userTask"),
    *_decorative(
        "formRefBinding formRefVersion", "the form itself is not shown"
    ).attributes("userTask", noted=True),
    *_decorative(
        "formKey formRef formRefBinding formRefVersion initiator",
        "a quote brings its facts along, so no form is shown at the start",
    ).attributes("startEvent", noted=True),
    *_refused("formHandlerClass", _JAVA).attributes("userTask startEvent"),
)

_OF_RULES = (
    *_runs("decisionRef", "the id of a deployed decision").attributes(
        "businessRuleTask"
    ),
    *_runs("resultVariable", "the name that its result gets").attributes(
        "businessRuleTask"
    ),
    *_runs("mapDecisionResult", "the shape of its result").attributes(
        "businessRuleTask", "singleEntry singleResult collectEntries resultList"
    ),
    *_runs("decisionRefBinding", "pinned when the process is deployed").attributes(
        "businessRuleTask", "latest deployment"
    ),
    *_refused(
        "decisionRefVersion", "the newest one is pinned when the process is deployed"
    ).attributes("businessRuleTask"),
    *_refused("decisionRefTenantId", "there are no tenants").attributes(
        "businessRuleTask"
    ),
)

_OF_CALLS = (
    *_runs("calledElementBinding", "pinned when the process is deployed").attributes(
        "callActivity", "latest deployment"
    ),
    *_refused(
        "calledElementVersion calledElementVersionTag",
        "the newest one is pinned when the process is deployed",
    ).attributes("callActivity"),
    *_refused("calledElementTenantId", "there are no tenants").attributes(
        "callActivity"
    ),
    *_refused(
        "caseRef caseBinding caseVersion caseTenantId",
        "no case runs here: call a process",
    ).attributes("callActivity"),
    *_refused(
        "variableMappingClass variableMappingDelegateExpression", _JAVA
    ).attributes("callActivity"),
)

_OF_SERVICES = (
    *_refused("class expression delegateExpression", _JAVA).attributes(
        "serviceTask sendTask businessRuleTask"
    ),
    *_refused("resultVariable", _JAVA).attributes("serviceTask sendTask"),
    *_runs("type", "only our notify step").attributes(
        "serviceTask sendTask", "external"
    ),
    *_runs("topic", "nobody works on topics: use our notify step").attributes(
        "serviceTask sendTask", _OURS
    ),
    *_refused("type topic", "nobody works on topics: name a decision").attributes(
        "businessRuleTask"
    ),
)

_EVERYWHERE = (
    *_decorative(
        "async asyncBefore asyncAfter exclusive jobPriority taskPriority", _OPERATOR
    ).attributes(ANY, noted=True),
    *_runs("modelerTemplate modelerTemplateVersion", "what the panel shows").attributes(
        ANY
    ),
    *_decorative("modelerTemplateIcon diagramRelationId", "of the modeler").attributes(
        ANY
    ),
    *_decorative(
        "historyTimeToLive", "history is kept as long as the law says"
    ).attributes("process", noted=True),
    *_decorative(
        "versionTag", "versions are counted when a process is deployed"
    ).attributes("process", noted=True),
    *_decorative(
        "candidateStarterGroups candidateStarterUsers isStartableInTasklist",
        "the directory says who submits",
    ).attributes("process", noted=True),
    *_decorative(
        "errorCodeVariable errorMessageVariable escalationCodeVariable",
        "no such name is known here",
    ).attributes("errorEventDefinition escalationEventDefinition", noted=True),
    *_decorative("errorMessage", "shown to people").attributes("error"),
    *_refused("resource", _SCRIPTS).attributes(EXPRESSIONS),
    *_runs("collection", "the people, by a name or an expression").attributes(
        "multiInstanceLoopCharacteristics"
    ),
    *_runs("elementVariable", "the name of the one who is asked").attributes(
        "multiInstanceLoopCharacteristics"
    ),
)


def _own(names: str, words: str) -> Rows:
    return Rows(prefix="", verdict=Verdict.RUNS, names=names, words=words)


_INSIDE = (
    *_own("id name value", "a name and a value").attributes("camunda:property"),
    *_own("id label type defaultValue", "a field").attributes("camunda:formField"),
    *_own("id name", "a choice").attributes("camunda:value"),
    *_own("name config", "what a field must hold").attributes("camunda:constraint"),
    *_own("name", "the name that is shown").attributes(
        "camunda:inputParameter camunda:outputParameter"
    ),
    *Rows(
        prefix="",
        verdict=Verdict.DECORATIVE,
        names="datePattern",
        words="dates are ISO 8601",
    ).attributes("camunda:formField", noted=True),
    *_own(
        "source target variables businessKey local", "all names are shared"
    ).attributes("camunda:in camunda:out"),
    *Rows(
        prefix="",
        verdict=Verdict.REFUSED,
        names="sourceExpression",
        words="all names are shared, none is computed",
    ).attributes("camunda:in camunda:out"),
    *Rows(
        prefix="",
        verdict=Verdict.REFUSED,
        names="businessKey",
        words="the quote is the business key",
    ).attributes("camunda:formData"),
)


ATTRIBUTES: tuple[Attribute, ...] = (
    *_OF_TASKS,
    *_OF_RULES,
    *_OF_CALLS,
    *_OF_SERVICES,
    *_EVERYWHERE,
    *_INSIDE,
)
