"""
The XML namespaces of DMN files, and what stands in them.
"""

VERSIONS = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
}
"""The versions of DMN that are read, by their namespace."""

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DMNDI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
DC = "http://www.omg.org/spec/DMN/20180521/DC/"
DI = "http://www.omg.org/spec/DMN/20180521/DI/"
CAMUNDA = "http://camunda.org/schema/1.0/dmn"
MODELER = "http://camunda.org/schema/modeler/1.0"

DRAWN = frozenset(
    {
        DMNDI,
        DC,
        DI,
        CAMUNDA,
        MODELER,
        "http://www.omg.org/spec/DMN/20180521/DMNDI/",
        "http://bpmn.io/schema/dmn/biodi/1.0",
        "http://bpmn.io/schema/dmn/biodi/2.0",
        "http://camunda.org/schema/zeebe/1.0",
    }
)
"""Namespaces of diagrams and of the tool: kept without effect."""

READ = frozenset(
    {
        "decision",
        "decisionTable",
        "definitions",
        "description",
        "informationRequirement",
        "input",
        "inputData",
        "inputEntry",
        "inputExpression",
        "inputValues",
        "literalExpression",
        "output",
        "outputEntry",
        "outputValues",
        "requiredDecision",
        "requiredInput",
        "rule",
        "text",
        "variable",
    }
)
"""Elements that have an effect."""

DECORATIVE = frozenset(
    {
        "allowedAnswers",
        "annotation",
        "annotationEntry",
        "association",
        "authorityRequirement",
        "decisionMaker",
        "decisionOwner",
        "elementCollection",
        "extensionElements",
        "group",
        "impactedPerformanceIndicator",
        "itemDefinition",
        "knowledgeSource",
        "organizationUnit",
        "performanceIndicator",
        "question",
        "supportedObjective",
        "textAnnotation",
        "usingProcess",
        "usingTask",
    }
)
"""Elements that are kept without effect, with all that stands in them."""

REFUSED = {
    "businessKnowledgeModel": "make it a decision that others require",
    "context": "write a decision table, or one decision per entry",
    "decisionService": "call its decisions one by one",
    "defaultOutputEntry": "add a last rule without conditions, for Camunda ignores it",
    "functionDefinition": "write a decision table",
    "import": "put all decisions into one file",
    "importedValues": "write the values into the cells",
    "invocation": "make what it calls a decision that this one requires",
    "knowledgeRequirement": "make it a decision that this one requires",
    "list": "write a list such as [1, 2] into a cell",
    "relation": "write a decision table",
    "script": "nothing in a decision table is a program",
}
"""Elements that are refused, and what to do instead."""
