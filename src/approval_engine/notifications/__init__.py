"""
Events → messages to people and programs, stored with the events and sent later.
"""
