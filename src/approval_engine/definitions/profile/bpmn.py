"""
The verdict on the elements of BPMN 2.0 that are accepted.
"""

from approval_engine.definitions.profile.entries import ANY, Element, Rows, Verdict
from approval_engine.definitions.profile.places import (
    ACTIVITIES,
    CATCHING,
    DATA,
    EVENTS,
    FLOW_ELEMENTS,
    NODES,
    OF_DATA,
    SCOPES,
)


def _runs(names: str, words: str) -> Rows:
    return Rows(prefix="bpmn", verdict=Verdict.RUNS, names=names, words=words)


def _translated(names: str, words: str) -> Rows:
    return Rows(prefix="bpmn", verdict=Verdict.TRANSLATED, names=names, words=words)


def _decorative(names: str, words: str) -> Rows:
    return Rows(prefix="bpmn", verdict=Verdict.DECORATIVE, names=names, words=words)


_FRAME = (
    *_runs("definitions", "the file").elements(""),
    *_runs("process", "exactly one that is executable").elements("definitions"),
    *_runs(
        "error escalation", "what an end event throws and a boundary event catches"
    ).elements("definitions"),
    *_runs("extensionElements", "holds what this table lists for its element").elements(
        ANY
    ),
    *_decorative("documentation", "shown to people").elements(ANY, text=True),
)

_NODES = (
    *_runs(
        "startEvent", "where a process or subprocess begins; one, without trigger"
    ).elements(SCOPES),
    *_runs("endEvent", "plain, or with terminate, error or escalation").elements(
        SCOPES
    ),
    *_runs(
        "boundaryEvent", "a timer on what waits; error or escalation of a subprocess"
    ).elements(SCOPES),
    *_runs("intermediateCatchEvent", "a timer").elements(SCOPES),
    *_runs("userTask", "asks people").elements(SCOPES),
    *_translated("manualTask task", "a user task without a form").elements(
        SCOPES, noted=True
    ),
    *_runs("businessRuleTask", "asks a deployed decision table").elements(SCOPES),
    *_translated(
        "serviceTask sendTask", "a message in the outbox, with our template"
    ).elements(SCOPES),
    *_runs("callActivity", "the slot `cpq_plan`, or a deployed process").elements(
        SCOPES
    ),
    *_runs("subProcess", "embedded, at most five deep").elements(SCOPES),
    *_runs(
        "exclusiveGateway parallelGateway inclusiveGateway", "splits and joins"
    ).elements(SCOPES),
    *_runs("sequenceFlow", "leads from node to node").elements(SCOPES),
)

_PARTS = (
    *_decorative("incoming outgoing", "repeats what the sequence flows say").elements(
        NODES, text=True
    ),
    *_runs("conditionExpression", "a condition in our language").elements(
        "sequenceFlow", text=True
    ),
    *_runs("timerEventDefinition", "a timer").elements(
        "boundaryEvent intermediateCatchEvent"
    ),
    *_runs("timeDuration timeDate timeCycle", "ISO 8601, or an expression").elements(
        "timerEventDefinition", text=True
    ),
    *_runs("terminateEventDefinition", "ends all that is open beside it").elements(
        "endEvent"
    ),
    *_runs(
        "errorEventDefinition escalationEventDefinition", "thrown and caught by code"
    ).elements("endEvent boundaryEvent"),
    *_runs("multiInstanceLoopCharacteristics", "one task for several people").elements(
        ACTIVITIES
    ),
    *_runs("completionCondition", "ends it before everybody has answered").elements(
        "multiInstanceLoopCharacteristics", text=True
    ),
    *_runs("loopCardinality", "how many are asked, as a whole number").elements(
        "multiInstanceLoopCharacteristics", text=True
    ),
    *_runs("laneSet", "lanes name the role where nothing else does").elements(SCOPES),
    *_runs("lane", "names the role where nothing else does").elements(
        "laneSet childLaneSet"
    ),
    *_runs("childLaneSet", "lanes in a lane; the innermost counts").elements("lane"),
    *_runs("flowNodeRef", "a node in this lane").elements("lane", text=True),
)

_DRAWN = (
    *_decorative("collaboration", "pools around one executable process").elements(
        "definitions"
    ),
    *_decorative("participant", "one for the process; others must be empty").elements(
        "collaboration"
    ),
    *_decorative(
        "participantMultiplicity interfaceRef endPointRef", "only drawn"
    ).elements("participant"),
    *_decorative(
        "messageFlow conversation callConversation subConversation conversationLink"
        " conversationAssociation participantAssociation messageFlowAssociation"
        " correlationKey choreographyRef",
        "only drawn",
    ).elements("collaboration"),
    *_decorative(
        "participantRef messageFlowRef innerParticipantRef"
        " outerParticipantRef correlationPropertyRef",
        "only drawn",
    ).elements(
        "conversation callConversation subConversation participantAssociation"
        " partnerEntity partnerRole correlationKey",
        text=True,
    ),
    *_decorative("textAnnotation association group", "only drawn").elements(
        f"{SCOPES} collaboration"
    ),
    *_decorative("text", "only drawn").elements("textAnnotation", text=True),
    *_decorative(
        "category partnerEntity partnerRole correlationProperty endPoint"
        " interface itemDefinition resource",
        "nothing here uses it",
    ).elements("definitions"),
    *_decorative("categoryValue", "names a group").elements("category"),
    *_decorative("categoryValueRef", "names a group").elements(
        f"{FLOW_ELEMENTS} {DATA}", text=True
    ),
    *_decorative(
        "message signal", "without effect: what throws or catches it is refused"
    ).elements("definitions"),
    *_decorative("operation", "nothing here uses it").elements("interface"),
    *_decorative(
        "inMessageRef outMessageRef errorRef", "nothing here uses it"
    ).elements("operation", text=True),
    *_decorative("resourceParameter", "nothing here uses it").elements("resource"),
    *_decorative(
        "correlationPropertyRetrievalExpression", "nothing here uses it"
    ).elements("correlationProperty"),
    *_decorative("messagePath", "never evaluated").elements(
        "correlationPropertyRetrievalExpression", text=True
    ),
    *_decorative("relationship extension", "of other tools").elements("definitions"),
    *_decorative("source target", "of other tools").elements("relationship", text=True),
    *_decorative("auditing monitoring", "of other tools").elements(
        f"process {FLOW_ELEMENTS} {DATA}"
    ),
    *_decorative("supports supportedInterfaceRef", "only drawn").elements(
        "process", text=True
    ),
    *_decorative("rendering", "of other tools").elements("userTask"),
)

_DATA = (
    *_decorative(DATA, "data is only drawn; conditions read names").elements(SCOPES),
    *_decorative("dataStore", "data is only drawn").elements("definitions"),
    *_decorative("dataState", "data is only drawn").elements(OF_DATA),
    *_decorative("property", "data is only drawn").elements(
        f"process {ACTIVITIES} {EVENTS}"
    ),
    *_decorative("ioSpecification", "data is only drawn").elements(
        f"process {ACTIVITIES}"
    ),
    *_decorative("dataInput inputSet", "data is only drawn").elements(
        "ioSpecification endEvent"
    ),
    *_decorative("dataOutput outputSet", "data is only drawn").elements(
        f"ioSpecification {CATCHING}"
    ),
    *_decorative(
        "dataInputRefs optionalInputRefs whileExecutingInputRefs outputSetRefs",
        "data is only drawn",
    ).elements("inputSet", text=True),
    *_decorative(
        "dataOutputRefs optionalOutputRefs whileExecutingOutputRefs inputSetRefs",
        "data is only drawn",
    ).elements("outputSet", text=True),
    *_decorative("dataInputAssociation", "data is only drawn").elements(
        f"{ACTIVITIES} endEvent"
    ),
    *_decorative("dataOutputAssociation", "data is only drawn").elements(
        f"{ACTIVITIES} {CATCHING}"
    ),
    *_decorative("sourceRef targetRef", "data is only drawn").elements(
        "dataInputAssociation dataOutputAssociation", text=True
    ),
)

ELEMENTS: tuple[Element, ...] = (
    *_FRAME,
    *_NODES,
    *_PARTS,
    *_DRAWN,
    *_DATA,
)
