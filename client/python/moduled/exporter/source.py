"""Which line of the user's own source an exception comes from."""
import os
import sys
import traceback

import torch

# Frames of these folders are torch's and the exporter's.
_NOT_THE_USERS = (os.path.dirname(torch.__file__) + os.sep, os.path.dirname(__file__) + os.sep)


def user_line(error):
    """"file:line: code" of the deepest line of the user's source that the exception passed through, or None."""
    return _deepest(traceback.extract_tb(error.__traceback__))


def calling_line():
    """"file:line: code" of the line of the user's source that is being executed, or None."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_NOT_THE_USERS):
        frame = frame.f_back
    return frame and _deepest(traceback.extract_stack(frame, limit=1))


def _deepest(frames):
    users = [frame for frame in frames if not frame.filename.startswith(_NOT_THE_USERS)]
    return f"{users[-1].filename}:{users[-1].lineno}: {users[-1].line}" if users else None
