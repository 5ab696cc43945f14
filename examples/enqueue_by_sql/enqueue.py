"""Puts a document into the outbox in the same transaction as the agency's own change.

  python3 enqueue.py CONNECTION RESSURS FILE [CORRELATION]

Needs psycopg2 (Debian: python3-psycopg2).  Prints the message's id.
"""
import sys

import psycopg2


def main(argv):
    if len(argv) < 4:
        sys.exit("usage: enqueue.py CONNECTION RESSURS FILE [CORRELATION]")
    with open(argv[3], "rb") as file:
        document = file.read()
    correlation = argv[4] if len(argv) > 4 else None
    db = psycopg2.connect(argv[1])
    # The block commits at its end, and takes all back when anything in it fails.
    with db, db.cursor() as cursor:
        cursor.execute("INSERT INTO sak (avgjort) VALUES (now())")
        cursor.execute(
            "SELECT utboks.enqueue(%s::text, %s::bytea, correlation => %s::text)",
            (argv[2], psycopg2.Binary(document), correlation),
        )
        (message,) = cursor.fetchone()
    db.close()
    print(message)


if __name__ == "__main__":
    main(sys.argv)
