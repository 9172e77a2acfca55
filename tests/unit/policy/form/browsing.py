"""
What a browser sends of a page of the form that nobody has touched.
"""

from approval_engine.policy.form.fields import Kind
from approval_engine.policy.form.saving import FIRST, KEY, SECOND, SIGN
from approval_engine.policy.form.view import view


def sent(document, section):
    typed = {}
    for block in view(document, section):
        _add(typed, block)
    return typed


def _add(typed, block):
    if block.renamed:
        typed[block.name + KEY] = [block.key]
    for shown in block.fields:
        _field(typed, shown)
    for grid in block.grids:
        for row in grid.rows:
            for shown in row.fields:
                _field(typed, shown)
            for cell in row.cells:
                typed[cell.name + SIGN] = [cell.cell.sign]
                typed[cell.name + FIRST] = [cell.cell.first]
                typed[cell.name + SECOND] = [cell.cell.second]
    for inner in block.within:
        _add(typed, inner)


def _field(typed, shown):
    if shown.field.kind is Kind.PICK:
        ticked = [each for each, _ in shown.choices if each in shown.values]
        typed[shown.name] = ["", *ticked]
    else:
        typed[shown.name] = [*shown.values] or [""]
