"""
Decision tables as Camunda Modeler has them: read, evaluated, judged, and for policies.

Every cell is of the one closed language of conditions; nothing here calls or imports.
"""
