"""
DMN files for tests, of which a test names what it is about.
"""

from xml.sax.saxutils import escape, quoteattr

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
CAMUNDA = "http://camunda.org/schema/1.0/dmn"


def cell(tag, text, **attributes):
    said = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{tag}{said}><text>{escape(text)}</text></{tag}>"


def column(text, type_ref="number", values="", **attributes):
    """
    An input clause; the text may be one of JUEL.
    """
    allowed = cell("inputValues", values) if values else ""
    expression = cell("inputExpression", text, typeRef=type_ref, **attributes)
    return f'<input label="{escape(text)}">{expression}{allowed}</input>'


def output(name="role", type_ref="string"):
    return f'<output name="{name}" typeRef="{type_ref}"/>'


def rule(number, conditions, results):
    cells = "".join(cell("inputEntry", each) for each in conditions)
    entries = "".join(cell("outputEntry", each) for each in results)
    return f'<rule id="r{number}">{cells}{entries}</rule>'


def table(
    *rules,
    columns=("amount",),
    outputs=(("role", "string"),),
    hit="UNIQUE",
    more="",
):
    """
    A table whose rules are pairs of conditions and results.
    """
    inputs = "".join(each if each.startswith("<") else column(each) for each in columns)
    named = "".join(output(*each) for each in outputs)
    rows = "".join(rule(n, *each) for n, each in enumerate(rules, start=1))
    return (
        f'<decisionTable id="table" hitPolicy="{hit}"{more}>'
        f"{inputs}{named}{rows}</decisionTable>"
    )


def decision(logic, identity="who", requires=()):
    needs = "".join(
        f'<informationRequirement><requiredDecision href="#{each}"/>'
        "</informationRequirement>"
        for each in requires
    )
    return f'<decision id="{identity}" name="{identity}">{needs}{logic}</decision>'


def file(*parts, namespace=MODEL):
    """
    The bytes of a file; a part is a decision or anything beside one.
    """
    inside = "\n".join(parts)
    return (
        f'<definitions xmlns="{namespace}" xmlns:camunda="{CAMUNDA}"'
        f' id="defs" name="Tables" namespace="x">\n{inside}\n</definitions>'
    ).encode()


def one(*rules, **changes):
    """
    The bytes of a file with one table.
    """
    return file(decision(table(*rules, **changes)))
