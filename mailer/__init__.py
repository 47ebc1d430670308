"""Press Mailer: contacts → audience → release → compose → distribution → delivery → feedback
→ reports.
"""

__version__ = "0.1.0"
