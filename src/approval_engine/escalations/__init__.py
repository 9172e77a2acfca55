"""
Open tasks and business calendars → when a task is late, and what is due now.
"""
