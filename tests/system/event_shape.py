"""Holds each line of standard input, a JSON object, against a JSON Schema.

  event_shape.py SCHEMA < EVENTS
"""
import json
import sys

import jsonschema


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    count = 0
    for line in sys.stdin:
        event = json.loads(line)
        for error in validator.iter_errors(event):
            sys.exit(f"event {event.get('event_id')}: {error.json_path}: {error.message}")
        count += 1
    print(count)


if __name__ == "__main__":
    main()
