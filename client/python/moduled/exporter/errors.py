"""What an export refuses."""


class ExportError(Exception):
    """A module that cannot be described. Names the module, the line of its source where there is one, and the reason.

    `path` is the module's full dotted path ("" for the root), `line` is "file:line: code" or None, `reason` says what
    is in the way.
    """

    def __init__(self, path, reason, line=None):
        self.path = path
        self.reason = reason
        self.line = line
        where = f"module '{path}'" if path else "the root module"
        super().__init__(f"cannot export {where}{f' at {line}' if line else ''}: {reason}")
