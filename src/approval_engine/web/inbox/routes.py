"""
The addresses of the approver's side.
"""

from flask import Blueprint

from approval_engine.web.inbox import lists, saved, several, task

blueprint = Blueprint("inbox", __name__)

blueprint.add_url_rule("/", "inbox", lists.inbox)
blueprint.add_url_rule("/tasks/<task_id>", "task", task.task)
blueprint.add_url_rule("/tasks/<task_id>", "act", task.act, methods=["POST"])
blueprint.add_url_rule(
    "/tasks/<task_id>/withdraw", "withdraw", task.withdraw, methods=["POST"]
)
blueprint.add_url_rule("/several", "several", several.several)
blueprint.add_url_rule("/several", "decide", several.decide, methods=["POST"])
blueprint.add_url_rule("/views", "save_view", saved.save, methods=["POST"])
blueprint.add_url_rule("/views/rename", "rename_view", saved.rename, methods=["POST"])
blueprint.add_url_rule("/views/delete", "delete_view", saved.delete, methods=["POST"])
