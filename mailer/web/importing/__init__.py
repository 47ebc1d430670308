"""A contact file on its way in: received piece by piece, looked at, taken.

receiving: the upload → a file in the home folder · waiting: what is kept of it until it is taken,
on disk, so that a restart loses nothing · disk: what goes wrong there, in words
looking: the preview, and the import that must equal it
"""
