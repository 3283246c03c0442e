"""psycopg to an instance that is a real cluster, made through the official Python SDK."""

import base64
import os
import tempfile
import unittest

import psycopg
from scaleway.rdb.v1 import ACLRuleRequest, RdbV1API

from sdk_test import client, often

ADMIN = "P4ssw0rd-of-the-admin"
OWNER = "P4ss/w0rd of:the@owner"
READER = "P4ssw0rd-of-the-reader"

MIGRATION = """
    CREATE TABLE models (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
    CREATE INDEX ON models (lower(name));
    INSERT INTO models (name) VALUES ('albert'), ('mistral'), ('llama');
"""


class RealDatabase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.api = RdbV1API(client())
        made = cls.api.create_instance(
            name="psycopg",
            engine="PostgreSQL-16",
            user_name="admin",
            password=ADMIN,
            node_type="db-dev-s",
            is_ha_cluster=False,
            disable_backup=False,
            volume_size=0,
            backup_same_region=False,
        )
        cls.id = made.id
        cls.endpoint = cls.ready().endpoints[0]
        cls.api.create_database(instance_id=cls.id, name="app")
        for name, password, permission in (("owner", OWNER, "all"), ("reader", READER, "readonly")):
            cls.api.create_user(instance_id=cls.id, name=name, password=password, is_admin=False)
            cls.permit(name, permission)
        cls.folder = tempfile.TemporaryDirectory()
        cls.certificate = os.path.join(cls.folder.name, "ca.pem")
        with open(cls.certificate, "wb") as file:
            file.write(base64.b64decode(cls.api.get_instance_certificate(instance_id=cls.id).content))

    @classmethod
    def tearDownClass(cls):
        cls.api.delete_instance(instance_id=cls.id)
        cls.folder.cleanup()

    @classmethod
    def permit(cls, name, permission):
        cls.api.set_privilege(
            instance_id=cls.id, database_name="app", user_name=name, permission=permission
        )

    @classmethod
    def ready(cls):
        return cls.api.wait_for_instance(instance_id=cls.id, options=often())

    def connect(self, user, password, **more):
        return psycopg.connect(
            host=self.endpoint.ip,
            port=self.endpoint.port,
            dbname="app",
            user=user,
            password=password,
            autocommit=True,
            **{"sslmode": "verify-full", "sslrootcert": self.certificate, **more},
        )

    def count(self):
        with self.connect("reader", READER) as reader:
            return reader.execute("SELECT count(*) FROM models").fetchone()[0]

    def setUp(self):
        with self.connect("owner", OWNER) as owner:
            owner.execute("DROP TABLE IF EXISTS models")
            owner.execute(MIGRATION)
        # What is made later is not covered by a permission that was set before.
        self.permit("reader", "readonly")

    def test_a_migration_migrates_over_verified_tls(self):
        with self.connect("owner", OWNER) as owner:
            self.assertTrue(owner.pgconn.ssl_in_use)
            owner.execute("ALTER TABLE models ADD COLUMN score double precision DEFAULT 0")
            self.assertEqual(owner.execute("SELECT sum(score) FROM models").fetchone(), (0.0,))
        with self.assertRaisesRegex(psycopg.OperationalError, "no pg_hba.conf entry|no encryption"):
            self.connect("owner", OWNER, sslmode="disable", sslrootcert="")

    def test_who_may_read_does_not_write(self):
        self.assertEqual(self.count(), 3)
        with self.connect("reader", READER) as reader:
            with self.assertRaises(psycopg.errors.InsufficientPrivilege):
                reader.execute("DELETE FROM models")
            with self.assertRaises(psycopg.errors.InsufficientPrivilege):
                reader.execute("CREATE TABLE mine (n int)")

    def test_a_changed_password_counts_at_once(self):
        self.api.create_user(instance_id=self.id, name="changing", password=READER, is_admin=False)
        self.permit("changing", "readonly")
        self.connect("changing", READER).close()
        self.api.update_user(instance_id=self.id, name="changing", password=ADMIN)
        with self.assertRaisesRegex(psycopg.OperationalError, "password authentication failed"):
            self.connect("changing", READER)
        self.connect("changing", ADMIN).close()
        self.api.delete_user(instance_id=self.id, name="changing")
        with self.assertRaises(psycopg.OperationalError):
            self.connect("changing", ADMIN)

    def test_a_rule_that_leaves_us_out_keeps_us_out(self):
        def only(ip):
            self.api.set_instance_acl_rules(
                instance_id=self.id, rules=[ACLRuleRequest(ip=ip, description="them")]
            )
            self.ready()

        only("10.0.0.0/8")
        with self.assertRaisesRegex(psycopg.OperationalError, "no pg_hba.conf entry"):
            self.connect("owner", OWNER)
        only("0.0.0.0/0")
        self.connect("owner", OWNER).close()

    def test_rows_come_back_from_a_backup(self):
        backup = self.api.create_database_backup(instance_id=self.id, database_name="app", name="before")
        self.api.wait_for_database_backup(database_backup_id=backup.id, options=often())
        with self.connect("owner", OWNER) as owner:
            owner.execute("DELETE FROM models")
        self.assertEqual(self.count(), 0)
        self.api.restore_database_backup(database_backup_id=backup.id, instance_id=self.id)
        self.api.wait_for_database_backup(database_backup_id=backup.id, options=often())
        self.assertEqual(self.count(), 3)
        self.api.delete_database_backup(database_backup_id=backup.id)


if __name__ == "__main__":
    unittest.main()
