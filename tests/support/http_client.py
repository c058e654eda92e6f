"""What a client of the HTTP port needs: urllib and nothing else."""

import json
import re
import urllib.error
import urllib.request

SERVING = re.compile(r"serving HTTP on (\S+)")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Http:
    def __init__(self, address):
        self.url = f"http://{address}"

    def __call__(self, path, body=None, headers=None, method=None):
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        request = urllib.request.Request(self.url + path, data=data, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return Answer(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())


def address_of(server):
    return next(match[1] for line in server.output if (match := SERVING.search(line)))
