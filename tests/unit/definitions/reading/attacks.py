"""
Files that somebody means harm with: Python, Java, XML and plain weight.

Whatever would run in them makes the file that `CANARY` names.
"""

from tests.unit.definitions.reading.files import (
    SPACES,
    around,
    between,
    boundary,
    decided,
    element,
    end,
    extended,
    flow,
    gateway,
    late,
    path,
    process,
    properties,
    several,
    start,
    subprocess,
    task,
    timed,
)

CANARY = "/tmp/cpq-canary"  # noqa: S108 it must never come into being
PYTHON = f"__import__('os').system('touch {CANARY}')"
ESCAPE = (
    "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'][0]"
    f"('touch {CANARY}', shell=True)"
)
JAVA = (
    "${''.getClass().forName('java.lang.Runtime').getMethods()[6].invoke("
    f"''.getClass().forName('java.lang.Runtime')).exec('touch {CANARY}')}}"
)
SCRIPT = f"import os\nos.system('touch {CANARY}')"
JINJA = "{{ cycler.__init__.__globals__.os.popen('touch " + CANARY + "').read() }}"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"


def quoted(text):
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def before(text, xml=None):
    return text.encode() + (around() if xml is None else xml)


def laughs():
    layers = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    inside = around("<bpmn:documentation>&e9;</bpmn:documentation>")
    return before(f'<!DOCTYPE x [<!ENTITY e0 "x">{layers}]>', inside)


def blow_up():
    inside = around(f"<bpmn:documentation>{'&e;' * 2000}</bpmn:documentation>")
    return before(f'<!DOCTYPE x [<!ENTITY e "{"x" * 50_000}">]>', inside)


def hidden_number():
    xml = decided(flow("choice", "approved", "amount &gt; &lim;"))
    return before('<!DOCTYPE x [<!ENTITY lim "999999999">]>', xml)


def in_utf(encoding, declared):
    text = around().decode()
    return f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding)


def default_prefix(xml):
    """
    The same file with BPMN as its default namespace.
    """
    text = xml.decode().replace("<bpmn:", "<").replace("</bpmn:", "</")
    return text.replace("xmlns:bpmn=", "xmlns=").encode()


def deep(levels):
    inner = ""
    for level in range(levels):
        inner = element("subProcess", f"x{level}", inner)
    return between(inner, middle=f"x{levels - 1}")


def formed(text):
    return around(inside=extended(f"<camunda:formData>{text}</camunda:formData>"))


def shown(text):
    mapping = "<camunda:inputOutput><camunda:inputParameter name='x'>"
    return around(
        inside=extended(
            f"{mapping}{text}</camunda:inputParameter></camunda:inputOutput>"
        )
    )


def conditional(text, kind="conditionExpression", attributes=""):
    inner = f"<bpmn:{kind} {attributes}>{text}</bpmn:{kind}>"
    return decided(
        '<bpmn:sequenceFlow id="f" sourceRef="choice" targetRef="approved">'
        f"{inner}</bpmn:sequenceFlow>"
    )


def looped(text):
    return around(inside=several(text, 'camunda:collection="clauses"'))


XML = {
    "external entity": before('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "external dtd": before('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "parameter entity": before(
        '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/"> %e;]>'
    ),
    "bare doctype": before("<!DOCTYPE x>"),
    "doctype behind comments": before("<!-- a --><!-- b -->\n<!DOCTYPE x>"),
    "billion laughs": laughs(),
    "quadratic blow-up": blow_up(),
    "number in an entity": hidden_number(),
    "entity without a doctype": around("<bpmn:documentation>&e;</bpmn:documentation>"),
    "stylesheet": before('<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>'),
    "instruction inside": around("<?php system('touch x') ?>"),
    "instruction behind": around() + b"<?evil?>",
    "include": around(
        inside=extended(
            '<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text"'
            ' href="file:///etc/passwd"/>'
        )
    ),
    "utf-16": in_utf("utf-16", "UTF-16"),
    "utf-16 without a mark": in_utf("utf-16-le", "UTF-16LE"),
    "utf-32": in_utf("utf-32", "UTF-32"),
    "utf-7": in_utf("utf-7", "UTF-7"),
    "latin": in_utf("latin-1", "ISO-8859-1"),
    "ebcdic": in_utf("cp037", "IBM037"),
    "null bytes": around().replace(b"userTask", b"user\x00Task"),
    "lone surrogate": around().replace(b"submitted", b"\xed\xa0\x80"),
    "overlong encoding": around().replace(b"submitted", b"\xc0\xaf"),
    "control characters": around().replace(b"submitted", b"\x1b[2J"),
    "too long": around("<!--" + "x" * 1024 * 1024 + "-->"),
    "too deep": around("<bpmn:x>" * 300 + "</bpmn:x>" * 300),
    "subprocesses to the limit of XML": deep(240),
    "many attributes": around(attributes=" ".join(f'a{n}="1"' for n in range(100_000))),
    "many elements": around("<bpmn:documentation/>" * 49_999),
    "many namespaces": around(
        attributes=" ".join(f'xmlns:n{n}="urn:{n}" n{n}:x="1"' for n in range(5_000))
    ),
    "many nodes": process(*(f'<bpmn:task id="t{n}"/>' for n in range(20_000))),
    "many flows": around(*(flow("a", "approved", name=f"f{n}") for n in range(5_000))),
    "long name": around(attributes=f'robot="{"x" * 500_000}"'),
    "long id": around(task("x" * 500_000)),
    "cut": around()[:-20],
    "nothing": b"",
    "html": b"<html><script>alert(1)</script></html>",
    "a zip": b"PK\x03\x04" + bytes(100),
    "another vocabulary": around().replace(b"BPMN/20100524", b"CMMN/20151109"),
    "no namespace": around().replace(SPACES["bpmn"].encode(), b"urn:bpmn"),
}

NAMESPACES = {
    "script task as default": default_prefix(
        between(element("scriptTask", "x", f"<bpmn:script>{PYTHON}</bpmn:script>"))
    ),
    "script task by another prefix": between(
        f'<z:scriptTask xmlns:z="{SPACES["bpmn"]}" id="x"/>'
    ),
    "script task of nothing": between('<scriptTask xmlns="" id="x"/>'),
    "script task as an extension": around(
        inside=extended('<bpmn:scriptTask id="y"/>'),
    ),
    "script task of a type": between(
        element("task", "x", attributes='xsi:type="bpmn:tScriptTask"')
    ),
    "camunda moved": around(
        inside=extended(
            '<bpmn:taskListener class="Evil" xmlns:camunda="urn:x"/>',
        )
    ),
    "older camunda": around(
        inside=extended(
            '<a:taskListener class="Evil" xmlns:a="http://activiti.org/bpmn"/>'
        )
    ),
    "older camunda in references": around(
        inside=extended(
            '<a:taskListener class="Evil" xmlns:a="http://activiti.org&#x2F;bpmn"/>'
        )
    ),
    "both camundas": around(
        attributes='camunda:dueDate="P1D" a:dueDate="P9D"'
        ' xmlns:a="http://activiti.org/bpmn"'
    ),
    "attribute of bpmn": around(attributes='bpmn:isForCompensation="true"'),
    "look-alike prefix": around(
        inside=extended(
            '<c:taskListener xmlns:c="http://camunda.org/schema/1.0/bpmn"'
            ' delegateExpression="${evil}"/>'
        )
    ),
    "id in look-alike letters": around(task("\u0430")),
    "id of two": around(task("a")),
    "id of html": around(task("x&quot;&gt;&lt;script&gt;")),
    "id of a path": around(task("../../etc/passwd")),
    "id of the engine": process(start("Start"), end("End"), path("Start", "End")),
}

SCRIPTS = {
    "script task": between(
        element(
            "scriptTask",
            "x",
            f"<bpmn:script>{quoted(SCRIPT)}</bpmn:script>",
            'scriptFormat="python"',
        )
    ),
    "javascript task": between(
        element("scriptTask", "x", "<bpmn:script>x</bpmn:script>", 'scriptFormat="js"')
    ),
    "condition": conditional(PYTHON),
    "condition that escapes": conditional(quoted(ESCAPE)),
    "condition in java": conditional(quoted(JAVA)),
    "condition in a template": conditional(quoted(JINJA)),
    "condition in groovy": conditional("true", attributes='language="groovy"'),
    "condition from a file": conditional(
        "true", attributes='camunda:resource="deployment://evil.groovy"'
    ),
    "condition around a comment": conditional(
        "amount &gt; 10000<!-- c --> or discount_pct &gt; 0.3"
    ),
    "condition in halves": conditional("approved<![CDATA[ or true]]>"),
    "condition that grows": conditional("9 * 9 * 9 &gt; " + "9" * 400),
    "condition of powers": conditional("9**9**9**9 &gt; 1"),
    "condition of lists": conditional("'a' * 1000000000 = 'a'"),
    "condition too deep": conditional("(" * 200 + "approved" + ")" * 200),
    "condition too long": conditional("approved or " * 10_000 + "approved"),
    "duration": late(PYTHON),
    "date": late(PYTHON, "timeDate"),
    "cycle": late(PYTHON, "timeCycle"),
    "duration in java": late("${timer.next(execution)}"),
    "duration of ages": late("P99999999999M"),
    "duration of digits": late("P" + "1" * 100_000 + "D"),
    "duration for a slow pattern": late("P" + "T1H" * 30_000 + "!"),
    "cycle without end": late("R99999999/PT0.000001S", "timeCycle"),
    "intermediate timer": between(
        element("intermediateCatchEvent", "x", timed(PYTHON))
    ),
    "conditional event": between(
        element(
            "intermediateCatchEvent",
            "x",
            f"<bpmn:conditionalEventDefinition><bpmn:condition>{PYTHON}"
            "</bpmn:condition></bpmn:conditionalEventDefinition>",
        )
    ),
    "conditional boundary event": around(
        boundary(
            "b",
            "a",
            f"<bpmn:conditionalEventDefinition><bpmn:condition>{PYTHON}"
            "</bpmn:condition></bpmn:conditionalEventDefinition>",
        ),
        path("b", "approved"),
    ),
    "message": between(
        element(
            "intermediateThrowEvent",
            "x",
            f'<bpmn:messageEventDefinition camunda:expression="{PYTHON}"/>',
        )
    ),
    "correlation": around(
        f"<bpmn:correlationSubscription><bpmn:dataPath>{PYTHON}</bpmn:dataPath>"
        "</bpmn:correlationSubscription>"
    ),
    "cardinality": looped(f"<bpmn:loopCardinality>{PYTHON}</bpmn:loopCardinality>"),
    "cardinality of a crowd": looped(
        "<bpmn:loopCardinality>20000000000000000000</bpmn:loopCardinality>"
    ),
    "completion": looped(
        f"<bpmn:completionCondition>{PYTHON}</bpmn:completionCondition>"
    ),
    "collection": around(inside=several(attributes=f'camunda:collection="{PYTHON}"')),
    "element variable": around(
        inside=several(
            attributes='camunda:collection="clauses" camunda:elementVariable="x.y()"'
        )
    ),
    "loop": around(
        inside="<bpmn:standardLoopCharacteristics><bpmn:loopCondition>"
        f"{PYTHON}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    ),
    "ad hoc": between(
        element(
            "adHocSubProcess",
            "x",
            f"<bpmn:completionCondition>{PYTHON}</bpmn:completionCondition>",
        )
    ),
    "complex gateway": between(
        element(
            "complexGateway",
            "x",
            f"<bpmn:activationCondition>{PYTHON}</bpmn:activationCondition>",
        )
    ),
    "due date": around(attributes=f'camunda:dueDate="{PYTHON}"'),
    "due date in java": around(attributes=f'camunda:dueDate="{quoted(JAVA)}"'),
    "follow-up date": around(attributes=f'camunda:followUpDate="{PYTHON}"'),
    "groups": around(attributes=f'camunda:candidateGroups="{PYTHON}"'),
    "users in java": around(attributes=f'camunda:candidateUsers="{quoted(JAVA)}"'),
    "assignee": around(attributes=f'camunda:assignee="{quoted(JINJA)}"'),
    "priority": around(attributes=f'camunda:priority="{PYTHON}"'),
    "form key": around(attributes=f'camunda:formKey="{quoted(JAVA)}"'),
    "form handler": around(attributes='camunda:formHandlerClass="Evil"'),
    "form default": formed(
        f'<camunda:formField id="x" type="string" defaultValue="{quoted(JAVA)}"/>'
    ),
    "form validator": formed(
        '<camunda:formField id="x"><camunda:validation><camunda:constraint'
        ' name="validator" config="Evil"/></camunda:validation></camunda:formField>'
    ),
    "form that sets a fact": formed('<camunda:formField id="amount" type="long"/>'),
    "form that sets the verdict": formed(
        '<camunda:formField id="approved" type="boolean"/>'
    ),
    "input": shown(quoted(JAVA)),
    "input script": shown(
        f'<camunda:script scriptFormat="python">{PYTHON}</camunda:script>'
    ),
    "property": around(inside=properties(step=PYTHON)),
    "task listener": around(
        inside=extended(
            '<camunda:taskListener event="create"><camunda:script'
            f' scriptFormat="js">{PYTHON}</camunda:script></camunda:taskListener>'
        )
    ),
    "execution listener": around(
        inside=extended(f'<camunda:executionListener expression="{quoted(JAVA)}"/>')
    ),
    "listener of a flow": conditional("approved").replace(
        b"<bpmn:conditionExpression",
        b"<bpmn:extensionElements><camunda:executionListener class='E'/>"
        b"</bpmn:extensionElements><bpmn:conditionExpression",
    ),
    "listeners of Camunda 8": around(
        inside=extended(
            "<zeebe:taskListeners><zeebe:taskListener eventType='creating' type='e'/>"
            "</zeebe:taskListeners>"
        )
    ),
    "pre-script": around(
        inside=extended(f'<s:preScript xmlns:s="{SPIFF}">{PYTHON}</s:preScript>')
    ),
    "post-script": around(
        inside=extended(f'<s:postScript xmlns:s="{SPIFF}">{PYTHON}</s:postScript>')
    ),
    "service of Spiff": between(
        element(
            "serviceTask",
            "x",
            extended(f'<s:serviceTaskOperator xmlns:s="{SPIFF}" id="http/Get"/>'),
        )
    ),
    "class": between(element("serviceTask", "x", attributes='camunda:class="Evil"')),
    "service in python": between(
        element("serviceTask", "x", attributes=f'camunda:expression="{PYTHON}"')
    ),
    "delegate": between(
        element("sendTask", "x", attributes='camunda:delegateExpression="${evil}"')
    ),
    "connector": between(
        element(
            "serviceTask",
            "x",
            extended(
                "<camunda:connector><camunda:connectorId>http-connector"
                "</camunda:connectorId></camunda:connector>"
            ),
        )
    ),
    "worker": between(
        element("serviceTask", "x", extended('<zeebe:taskDefinition type="evil"/>'))
    ),
    "agent": between(
        element("serviceTask", "x", extended('<zeebe:agentDefinition agentType="e"/>'))
    ),
    "decision in java": between(
        element(
            "businessRuleTask", "x", attributes=f'camunda:decisionRef="{quoted(JAVA)}"'
        )
    ),
    "decision that sets the verdict": between(
        element(
            "businessRuleTask",
            "x",
            attributes='camunda:decisionRef="d" camunda:resultVariable="approved"',
        )
    ),
    "called by python": between(
        element("callActivity", "x", attributes=f'calledElement="{PYTHON}"')
    ),
    "calls itself": between(
        element("callActivity", "x", attributes='calledElement="deal"')
    ),
    "notice to code": between(
        element(
            "sendTask",
            "x",
            properties(channel="mail", to=quoted(JINJA), text="x"),
            'camunda:modelerTemplate="approval-engine.notify"',
        )
    ),
    "event subprocess": around(
        element(
            "subProcess",
            "x",
            start("s", "<bpmn:messageEventDefinition/>"),
            'triggeredByEvent="true"',
        )
    ),
    "data computed": around(
        inside="<bpmn:dataInputAssociation><bpmn:transformation>"
        f"{PYTHON}</bpmn:transformation></bpmn:dataInputAssociation>"
    ),
    "flows side by side": process(
        start(),
        gateway("parallel", "g"),
        gateway("parallel", "h"),
        end("e"),
        path("submitted", "g"),
        *(flow("g", "h", name=f"f{n}") for n in range(11)),
        path("h", "e"),
    ),
    "dangling data": between(
        subprocess("x").replace(
            "</bpmn:subProcess>",
            '<bpmn:dataObjectReference id="r" dataObjectRef="zz"/>'
            "<bpmn:scriptTask id='evil'/></bpmn:subProcess>",
        )
    ),
}

ATTACKS = {**XML, **NAMESPACES, **SCRIPTS}
