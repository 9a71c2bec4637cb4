"""Stands in for GitHub on loopback: comments on pull request 7 of o/r, and the files of a folder.

The comments are in comments.json of that folder.
"""

import http.server
import json
import re
import sys

COMMENTS = "/repos/o/r/issues/7/comments"


class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments):
        super().__init__(*arguments, directory=sys.argv[1])

    def log_message(self, *_):
        pass

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def comments(self):
        """Returns the comments, or none after refusing the caller."""
        if self.headers["Authorization"] != "Bearer of-the-job":
            self.answer(403, {"message": "Resource not accessible by integration"})
            return None
        with open(f"{sys.argv[1]}/comments.json") as file:
            return json.load(file)

    def keep(self, comments):
        with open(f"{sys.argv[1]}/comments.json", "w") as file:
            json.dump(comments, file)

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]

    def do_GET(self):
        if not self.path.startswith("/repos/"):
            return super().do_GET()
        if (comments := self.comments()) is None:
            return None
        page = re.fullmatch(COMMENTS + r"\?per_page=100&page=(\d+)", self.path)
        if not page:
            return self.answer(404, {})
        start = (int(page[1]) - 1) * 100
        return self.answer(200, comments[start : start + 100])

    def do_POST(self):
        if (comments := self.comments()) is None:
            return None
        if self.path != COMMENTS:
            return self.answer(404, {})
        comment = {"id": len(comments) + 1, "user": {"type": "Bot"}, "body": self.body()}
        self.keep([*comments, comment])
        return self.answer(201, comment)

    def do_PATCH(self):
        if (comments := self.comments()) is None:
            return None
        for comment in comments:
            if self.path == f"/repos/o/r/issues/comments/{comment['id']}":
                comment["body"] = self.body()
                self.keep(comments)
                return self.answer(200, comment)
        return self.answer(404, {})


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
