"""
The verdict on every attribute of BPMN 2.0 on what is not refused itself.
"""

from approval_engine.definitions.profile.entries import ANY, Attribute, Rows, Verdict
from approval_engine.definitions.profile.places import (
    ACTIVITIES,
    EXPRESSIONS,
    GATEWAYS,
    OF_DATA,
)


def _runs(names: str, words: str) -> Rows:
    return Rows(prefix="", verdict=Verdict.RUNS, names=names, words=words)


def _decorative(names: str, words: str) -> Rows:
    return Rows(prefix="", verdict=Verdict.DECORATIVE, names=names, words=words)


def _refused(names: str, words: str) -> Rows:
    return Rows(prefix="", verdict=Verdict.REFUSED, names=names, words=words)


_RUNNING = (
    *_runs("id", "unique in the file").attributes(ANY),
    *_runs("name", "shown to people").attributes(ANY),
    *_runs("isExecutable", "`true` for the one process that runs").attributes(
        "process", "true false"
    ),
    *_runs("sourceRef targetRef", "the nodes it leads from and to").attributes(
        "sequenceFlow"
    ),
    *_runs("default", "the flow that is taken if no other is").attributes(
        "exclusiveGateway inclusiveGateway"
    ),
    *_runs("attachedToRef", "the node it sits on").attributes("boundaryEvent"),
    *_runs("cancelActivity", "whether it interrupts that node").attributes(
        "boundaryEvent", "true false"
    ),
    *_runs("errorRef", "an error of the file").attributes("errorEventDefinition"),
    *_runs("escalationRef", "an escalation of the file").attributes(
        "escalationEventDefinition"
    ),
    *_runs("errorCode", "what is compared when it is caught").attributes("error"),
    *_runs("escalationCode", "what is compared when it is caught").attributes(
        "escalation"
    ),
    *_runs("isSequential", "one after the other").attributes(
        "multiInstanceLoopCharacteristics", "true false"
    ),
    *_runs("calledElement", "`cpq_plan`, or the id of a deployed process").attributes(
        "callActivity"
    ),
    *_runs("processRef", "the process in this pool").attributes("participant"),
    *_runs("language", "our language reads both").attributes(
        EXPRESSIONS, "feel juel FEEL JUEL"
    ),
)

_ONE_VALUE = (
    *_runs("isForCompensation", "nothing here can be undone").attributes(
        ACTIVITIES, "false"
    ),
    *_runs("startQuantity completionQuantity", "one token at a time").attributes(
        ACTIVITIES, "1"
    ),
    *_runs(
        "triggeredByEvent",
        "event subprocesses do not run here: use a boundary event on a subprocess",
    ).attributes("subProcess", "false"),
    *_runs("parallelMultiple", "one event at a time").attributes(
        "startEvent boundaryEvent intermediateCatchEvent", "false"
    ),
    *_runs("behavior", "use a completion condition").attributes(
        "multiInstanceLoopCharacteristics", "All"
    ),
    *_runs("mustUnderstand", "extensions of other tools do not run here").attributes(
        "extension", "false"
    ),
    *_runs("expressionLanguage", "conditions are in our language").attributes(
        "definitions",
        "http://www.w3.org/1999/XPath http://www.w3.org/TR/XPath"
        " http://www.omg.org/spec/FEEL/20140401"
        " http://www.omg.org/spec/DMN/20180521/FEEL/"
        " https://www.omg.org/spec/DMN/20191111/FEEL/"
        " https://www.omg.org/spec/DMN/20211108/FEEL/"
        " https://www.omg.org/spec/DMN/20230324/FEEL/ feel juel",
    ),
)

_DECORATION = (
    *_decorative(
        "targetNamespace exporter exporterVersion typeLanguage", "of tools"
    ).attributes("definitions"),
    *_decorative(
        "processType isClosed definitionalCollaborationRef", "only drawn"
    ).attributes("process"),
    *_decorative("isImmediate", "flows are always immediate").attributes(
        "sequenceFlow"
    ),
    *_decorative("gatewayDirection", "the flows say it").attributes(GATEWAYS),
    *_decorative("implementation", "never called").attributes(
        "userTask businessRuleTask serviceTask sendTask"
    ),
    *_decorative("isInterrupting", "only for event subprocesses").attributes(
        "startEvent"
    ),
    *_decorative("evaluatesToTypeRef", "the place of an expression says it").attributes(
        EXPRESSIONS
    ),
    *_decorative("structureRef", "data is only drawn").attributes(
        "error escalation signal itemDefinition"
    ),
    *_decorative("partitionElementRef", "only drawn").attributes("lane"),
    *_decorative("isClosed", "only drawn").attributes("collaboration"),
    *_decorative("minimum maximum", "only drawn").attributes("participantMultiplicity"),
    *_decorative("sourceRef targetRef messageRef", "only drawn").attributes(
        "messageFlow"
    ),
    *_decorative("sourceRef targetRef", "only drawn").attributes("conversationLink"),
    *_decorative("calledCollaborationRef", "only drawn").attributes("callConversation"),
    *_decorative(
        "innerConversationNodeRef outerConversationNodeRef", "only drawn"
    ).attributes("conversationAssociation"),
    *_decorative("innerMessageFlowRef outerMessageFlowRef", "only drawn").attributes(
        "messageFlowAssociation"
    ),
    *_decorative("sourceRef targetRef associationDirection", "only drawn").attributes(
        "association"
    ),
    *_decorative("textFormat", "only drawn").attributes("documentation textAnnotation"),
    *_decorative("categoryValueRef", "only drawn").attributes("group"),
    *_decorative("value", "only drawn").attributes("categoryValue"),
    *_decorative("itemSubjectRef isCollection", "data is only drawn").attributes(
        OF_DATA
    ),
    *_decorative("dataObjectRef", "data is only drawn").attributes(
        "dataObjectReference"
    ),
    *_decorative("dataStoreRef", "data is only drawn").attributes("dataStoreReference"),
    *_decorative("capacity isUnlimited", "data is only drawn").attributes("dataStore"),
    *_decorative("isCollection itemKind", "data is only drawn").attributes(
        "itemDefinition"
    ),
    *_decorative("itemRef", "messages do not reach a process").attributes("message"),
    *_decorative("type direction", "of other tools").attributes("relationship"),
    *_decorative("definition", "of other tools").attributes("extension"),
    *_decorative("implementationRef", "nothing here uses it").attributes(
        "interface operation"
    ),
    *_decorative("type isRequired", "nothing here uses it").attributes(
        "resourceParameter"
    ),
    *_decorative("type", "nothing here uses it").attributes("correlationProperty"),
    *_decorative("messageRef", "nothing here uses it").attributes(
        "correlationPropertyRetrievalExpression"
    ),
)

_REFUSED = (
    *_refused(
        "default", "draw an exclusive gateway behind it, with conditions"
    ).attributes(ACTIVITIES),
    *_refused(
        "messageRef operationRef", "it sends no message of BPMN: use our notify step"
    ).attributes("serviceTask sendTask"),
    *_refused(
        "oneBehaviorEventRef noneBehaviorEventRef", "use a completion condition"
    ).attributes("multiInstanceLoopCharacteristics"),
)

ATTRIBUTES: tuple[Attribute, ...] = (
    *_RUNNING,
    *_ONE_VALUE,
    *_DECORATION,
    *_REFUSED,
)
