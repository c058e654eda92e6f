"""Which line of the user's own source an exception comes from."""
import os
import traceback

import torch

# Frames of these folders are torch's and the exporter's.
_NOT_THE_USERS = (os.path.dirname(torch.__file__) + os.sep, os.path.dirname(__file__) + os.sep)


def user_line(error):
    """"file:line: code" of the deepest line of the user's source that the exception passed through, or None."""
    frames = traceback.extract_tb(error.__traceback__)
    users = [frame for frame in frames if not frame.filename.startswith(_NOT_THE_USERS)]
    return f"{users[-1].filename}:{users[-1].lineno}: {users[-1].line}" if users else None
