"""Writes a Schemathesis configuration that names things which are there, so that operations are not only asked for what is not.

Usage: python3 api-ids.py BASE_URL TOKEN
"""

import json
import sys
import urllib.request

base, token = sys.argv[1:]


def ask(path):
    request = urllib.request.Request(f"{base}/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def first(path, field="id"):
    items = ask(path)["items"]
    return items[0][field] if items else None


tenant = first("/tenants")
client = f"/tenants/{tenant}"
pipeline = ask(f"{client}/pipelines?limit=1")["items"][0]
known = {
    "tenant": tenant,
    "crawl": ask(f"{client}/crawls/latest")["id"],
    "strategy": first(f"{client}/strategies"),
    "goal": first(f"{client}/goals"),
    "deliverable": first(f"{client}/deliverables"),
    "channel": first(f"{client}/channels"),
    "request": first(f"{client}/requests"),
    "item": first(f"{client}/items"),
    "pipeline": pipeline["id"],
    "activity": pipeline["activities"][0]["id"],
    "run": first("/runs"),
    "key": first("/templates", "template")["key"],
    "name": first("/skills", "name"),
    "queue": "system",
}
print("[parameters]")
for name, value in known.items():
    if value is not None:
        print(f'"path.{name}" = "{value}"')
