"""Writes standard input to a pull request, as the one comment about this document: a later run replaces it."""

import json
import os
import sys
import urllib.parse
import urllib.request

# GitHub refuses longer comments.
LONGEST = 65_536
CUT = "\n\nThe rest is in the job's summary and reports.\n"


def call(method, path, content=None):
    """Calls GitHub's API and returns the answer."""
    request = urllib.request.Request(
        os.environ["GITHUB_API_URL"] + path,
        method=method,
        data=None if content is None else json.dumps(content).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": "Bearer " + os.environ["TOKEN"],
            "Content-Type": "application/json",
            "User-Agent": "oasproof",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def earlier(path, marker):
    """Returns the id of the comment that an earlier run wrote. Anybody could write the marker, so it must be a bot's."""
    page = 1
    while comments := call("GET", f"{path}?per_page=100&page={page}"):
        for comment in comments:
            # The author of a comment may be gone.
            author, body = comment["user"] or {}, comment["body"] or ""
            if author.get("type") == "Bot" and body.startswith(marker):
                return comment["id"]
        page += 1
    return None


def main():
    # Quoted, a path cannot end the comment in HTML.
    marker = f"<!-- oasproof: {urllib.parse.quote(os.environ['DOCUMENT'])} -->"
    text = f"{marker}\n" + sys.stdin.read()
    if len(text) > LONGEST:
        text = text[: LONGEST - len(CUT)] + CUT
    issues = f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    comments = f"{issues}/{os.environ['NUMBER']}/comments"
    try:
        number = earlier(comments, marker)
        if number is None:
            call("POST", comments, {"body": text})
        else:
            call("PATCH", f"{issues}/comments/{number}", {"body": text})
    except (OSError, ValueError) as error:
        # The result of the job is that of the comparison. A pull request from a fork has a token that only reads.
        print(
            f"::warning title=OpenAPI contract::the pull request has no comment: {error}. "
            "The job needs `pull-requests: write`, which pull requests from forks do not get"
        )


main()
