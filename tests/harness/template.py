"""One migrated database for all processes of a run, of which each makes its own copy instead of migrating again."""

from django.db import connection

_LOCK = 7_346_201  # nobody else's in the database `postgres`


def made(run: str) -> str:
    """The name of the template; the first process of the run makes it, and the others wait for that."""
    name = f"template_of_{connection.settings_dict['TEST']['NAME'].removesuffix('_')}".rpartition("_gw")[0]
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SET lock_timeout = 0; SET statement_timeout = 0"
        )  # migrating takes longer than any query may
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        )
        if cursor.fetchone() != (run,):
            _make(name)
            cursor.execute(f"COMMENT ON DATABASE {connection.ops.quote_name(name)} IS '{run}'")
    return name


def _make(name: str) -> None:
    ours, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    copy = test["NAME"]
    test["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
    finally:
        connection.close()
        test["NAME"], connection.settings_dict["NAME"] = copy, ours
