"""
Peer: Viewflow, the approval workflows of Django; a Django project in two modules.
"""
