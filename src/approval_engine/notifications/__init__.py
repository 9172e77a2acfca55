"""
Events → messages to people and programs; they are stored with the events and sent later.
"""
