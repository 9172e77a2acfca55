"""
The kinds of place in a process definition, as the rows of the profile name them.
"""

SCOPES = "process subProcess"
TASKS = "userTask manualTask task businessRuleTask serviceTask sendTask"
ACTIVITIES = f"{TASKS} callActivity subProcess"
EVENTS = "startEvent endEvent boundaryEvent intermediateCatchEvent"
GATEWAYS = "exclusiveGateway parallelGateway inclusiveGateway"
NODES = f"{ACTIVITIES} {EVENTS} {GATEWAYS}"
FLOW_ELEMENTS = f"{NODES} sequenceFlow"
EXPRESSIONS = (
    "conditionExpression completionCondition loopCardinality"
    " timeDuration timeDate timeCycle"
)
DATA = "dataObject dataObjectReference dataStoreReference"
OF_DATA = f"{DATA} dataStore dataInput dataOutput property"
CATCHING = "startEvent boundaryEvent intermediateCatchEvent"

REFUSED_NODES = (
    "scriptTask receiveTask complexGateway eventBasedGateway transaction"
    " adHocSubProcess intermediateThrowEvent implicitThrowEvent"
    " callChoreography choreographyTask subChoreography"
)
"""What is drawn as a node but never runs here."""


def bpmn(words: str) -> frozenset[str]:
    """
    These names with their prefix.
    """
    return frozenset(f"bpmn:{name}" for name in words.split())
