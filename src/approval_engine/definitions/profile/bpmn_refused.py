"""
The elements of BPMN 2.0 that are refused, why, and what to use instead.
"""

from approval_engine.definitions.profile.entries import ANY, Element, Rows, Verdict
from approval_engine.definitions.profile.places import ACTIVITIES, EVENTS, SCOPES


def _refused(names: str, words: str) -> Rows:
    return Rows(prefix="bpmn", verdict=Verdict.REFUSED, names=names, words=words)


ELEMENTS: tuple[Element, ...] = (
    *_refused(
        "scriptTask",
        "no script runs here: use a decision table, a user task or a notify step",
    ).elements(SCOPES),
    *_refused("script", "no script runs here: remove it").elements(ANY),
    *_refused(
        "receiveTask", "nothing sends messages to a process: use a user task"
    ).elements(SCOPES),
    *_refused(
        "complexGateway",
        "its rule is not standardised: use an exclusive, inclusive or parallel gateway",
    ).elements(SCOPES),
    *_refused(
        "eventBasedGateway",
        "only a person or a timer moves a process on: use a"
        " user task with boundary timers",
    ).elements(SCOPES),
    *_refused(
        "transaction",
        "nothing here can be undone: use a subprocess with error boundary events",
    ).elements(SCOPES),
    *_refused(
        "adHocSubProcess", "its order is nobody's rule: use parallel gateways"
    ).elements(SCOPES),
    *_refused(
        "intermediateThrowEvent implicitThrowEvent",
        "it throws what nothing here catches: use a notify step, or an end event",
    ).elements(SCOPES),
    *_refused(
        "messageEventDefinition",
        "nothing sends messages to a process: use a user"
        " task, or a notify step to send one",
    ).elements(ANY),
    *_refused(
        "signalEventDefinition",
        "signals are not carried between processes: use an error or an escalation",
    ).elements(ANY),
    *_refused(
        "conditionalEventDefinition",
        "facts do not change while a process runs: use an exclusive gateway",
    ).elements(ANY),
    *_refused(
        "compensateEventDefinition",
        "nothing here can be undone: draw what is to be done as tasks",
    ).elements(ANY),
    *_refused("linkEventDefinition", "draw a sequence flow instead").elements(ANY),
    *_refused(
        "cancelEventDefinition", "there are no transactions: use an error"
    ).elements(ANY),
    *_refused(
        "eventDefinition eventDefinitionRef", "write the event where it happens"
    ).elements(f"definitions {EVENTS}"),
    *_refused(
        "standardLoopCharacteristics",
        "draw the loop with an exclusive gateway, so that one sees when it ends",
    ).elements(ACTIVITIES),
    *_refused(
        "potentialOwner humanPerformer performer resourceRole",
        "name people with assignee, candidate users or candidate groups",
    ).elements(f"process {ACTIVITIES}"),
    *_refused(
        "loopDataInputRef loopDataOutputRef inputDataItem outputDataItem",
        "name a collection and an element variable",
    ).elements("multiInstanceLoopCharacteristics"),
    *_refused("complexBehaviorDefinition", "use a completion condition").elements(
        "multiInstanceLoopCharacteristics"
    ),
    *_refused(
        "transformation assignment",
        "data is only drawn, so nothing is computed: remove it",
    ).elements("dataInputAssociation dataOutputAssociation"),
    *_refused("import", "a file stands alone: remove the import").elements(
        "definitions"
    ),
    *_refused(
        "choreography globalChoreographyTask globalConversation",
        "a choreography does not run: draw a process",
    ).elements("definitions"),
    *_refused(
        "choreographyTask subChoreography callChoreography",
        "a choreography does not run: draw tasks",
    ).elements(SCOPES),
    *_refused(
        "globalTask globalUserTask globalManualTask globalScriptTask"
        " globalBusinessRuleTask",
        "deploy a process and call that",
    ).elements("definitions"),
    *_refused(
        "correlationSubscription ioBinding",
        "nothing sends messages to a process: remove it",
    ).elements("process"),
    *_refused(
        "activity artifact baseElement baseElementWithMixedContent callableElement"
        " catchEvent choreographyActivity complexGatewayBehavior conversationNode"
        " dataAssociation event expression flowElement flowNode formalExpression"
        " gateway loopCharacteristics rootElement throwEvent condition"
        " activationCondition loopCondition dataPath from to resourceRef"
        " resourceParameterBinding resourceAssignmentExpression"
        " correlationPropertyBinding correlationKeyRef innerConversationNodeRef"
        " outerConversationNodeRef innerMessageFlowRef outerMessageFlowRef"
        " partitionElement operationRef",
        "it stands in nothing that runs: remove it",
    ).elements(""),
)
