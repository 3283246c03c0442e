"""The official Python SDK: what it makes, it waits for, reads, lists, changes and deletes."""

import base64
import os
import unittest

from scaleway import Client
from scaleway.cockpit.v1 import CockpitV1RegionalAPI
from scaleway.container.v1 import ContainerV1API
from scaleway.iam.v1alpha1 import IamV1Alpha1API, RuleSpecs
from scaleway.jobs.v1alpha2 import JobsV1Alpha2API
from scaleway.rdb.v1 import RdbV1API
from scaleway.secret.v1beta1 import SecretV1Beta1API
from scaleway_core.api import ScalewayException
from scaleway_core.utils import WaitForOptions

ORGANIZATION = "00000000-0000-4000-8000-00000000e0e0"
PROJECT = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90"


def often():
    """Options of their own for each waiter, which writes into them what it waits for."""
    return WaitForOptions(timeout=30, min_delay=1, max_delay=2)


def client():
    return Client(
        access_key="SCWEMULATOR000000000",
        secret_key="00000000-0000-4000-8000-000000000000",
        api_url=os.environ["SCW_API_URL"],
        default_organization_id=ORGANIZATION,
        default_project_id=PROJECT,
        default_region="fr-par",
        default_zone="fr-par-1",
    )


class Containers(unittest.TestCase):
    def test_a_container_lives(self):
        api = ContainerV1API(client())
        namespace = api.create_namespace(name="python", tags=["sdk"])
        namespace = api.wait_for_namespace(namespace_id=namespace.id, options=often())
        self.assertEqual(namespace.status, "ready")
        container = api.create_container(
            namespace_id=namespace.id,
            name="web",
            image="rg.fr-par.scw.cloud/python/web:1",
            min_scale=0,
            max_scale=2,
            memory_limit_bytes=1_024_000_000,
            mvcpu_limit=560,
            secret_environment_variables={"KEY": "value"},
        )
        container = api.wait_for_container(container_id=container.id, options=often())
        self.assertEqual((container.status, container.max_scale), ("ready", 2))
        self.assertTrue(container.public_endpoint.startswith("https://"))
        api.update_container(container_id=container.id, max_scale=3)
        container = api.wait_for_container(container_id=container.id, options=often())
        self.assertEqual((container.max_scale, container.memory_limit_bytes), (3, 1_024_000_000))
        self.assertEqual([c.id for c in api.list_containers_all(namespace_id=namespace.id)], [container.id])
        api.delete_container(container_id=container.id)
        api.delete_namespace(namespace_id=namespace.id)
        gone = [n for n in api.list_namespaces_all() if n.id == namespace.id and n.status != "deleting"]
        self.assertEqual(gone, [])

    def test_what_is_not_there_raises(self):
        with self.assertRaises(ScalewayException) as raised:
            ContainerV1API(client()).get_container(container_id="6f0c4b1e-0000-4d0e-9c38-5b1d7e2f4a90")
        self.assertEqual(raised.exception.status_code, 404)

    def test_what_is_wrong_raises(self):
        api = ContainerV1API(client())
        namespace = api.create_namespace(name="python-wrong")
        api.wait_for_namespace(namespace_id=namespace.id, options=often())
        with self.assertRaises(ScalewayException) as raised:
            api.create_container(namespace_id=namespace.id, name="web", image="x", max_scale=1_000)
        self.assertEqual(raised.exception.status_code, 400)
        api.delete_namespace(namespace_id=namespace.id)


class Database(unittest.TestCase):
    def test_an_instance_lives(self):
        api = RdbV1API(client())
        engines = {version.name for engine in api.list_database_engines_all() for version in engine.versions}
        self.assertIn("PostgreSQL-16", engines)
        instance = api.create_instance(
            name="python",
            engine="PostgreSQL-16",
            user_name="admin",
            password="P4ssw0rd-of-the-admin",
            node_type="db-dev-s",
            is_ha_cluster=False,
            disable_backup=False,
            volume_size=0,
            backup_same_region=False,
        )
        instance = api.wait_for_instance(instance_id=instance.id, options=often())
        self.assertEqual(instance.status, "ready")
        api.create_database(instance_id=instance.id, name="app")
        api.create_user(instance_id=instance.id, name="app", password="P4ssw0rd-of-the-app", is_admin=False)
        api.set_privilege(instance_id=instance.id, database_name="app", user_name="app", permission="readwrite")
        found = api.list_privileges_all(instance_id=instance.id, user_name="app", database_name="app")
        self.assertEqual([p.permission for p in found], ["readwrite"])
        self.assertIn("app", [d.name for d in api.list_databases_all(instance_id=instance.id)])
        self.assertTrue(api.get_instance_certificate(instance_id=instance.id).content)
        api.delete_instance(instance_id=instance.id)
        with self.assertRaises(ScalewayException):
            api.wait_for_instance(instance_id=instance.id, options=often())


class Secrets(unittest.TestCase):
    def test_a_secret_and_its_versions_live(self):
        api = SecretV1Beta1API(client())
        secret = api.create_secret(name="python", protected=False, path="/sdk")
        for value in (b"first", b"second"):
            api.create_secret_version(
                secret_id=secret.id, data=base64.b64encode(value).decode(), disable_previous=True
            )
        read = api.access_secret_version(secret_id=secret.id, revision="latest_enabled")
        self.assertEqual((read.revision, base64.b64decode(read.data)), (2, b"second"))
        status = {v.revision: v.status for v in api.list_secret_versions_all(secret_id=secret.id)}
        self.assertEqual(status, {1: "disabled", 2: "enabled"})
        with self.assertRaises(ScalewayException) as raised:
            api.create_secret(name="python", protected=False, path="/sdk")
        self.assertIn(raised.exception.status_code, (400, 409))
        api.delete_secret(secret_id=secret.id)


class Cockpit(unittest.TestCase):
    def test_a_source_and_a_token_live(self):
        api = CockpitV1RegionalAPI(client())
        source = api.create_data_source(name="python", type_="metrics", retention_days=40)
        self.assertEqual(api.get_data_source(data_source_id=source.id).retention_days, 40)
        source = api.update_data_source(data_source_id=source.id, name="snake")
        self.assertEqual((source.name, source.retention_days), ("snake", 40))
        token = api.create_token(name="python", token_scopes=["write_only_metrics"])
        self.assertTrue(token.secret_key)
        self.assertEqual(api.get_token(token_id=token.id).scopes, ["write_only_metrics"])
        api.delete_token(token_id=token.id)
        api.delete_data_source(data_source_id=source.id)
        with self.assertRaises(ScalewayException) as raised:
            api.get_data_source(data_source_id=source.id)
        self.assertEqual(raised.exception.status_code, 404)


class Iam(unittest.TestCase):
    def test_an_application_with_a_policy_and_a_key_lives(self):
        api = IamV1Alpha1API(client())
        application = api.create_application(name="python", description="")
        policy = api.create_policy(
            name="python",
            description="",
            application_id=application.id,
            rules=[RuleSpecs(condition="", permission_set_names=["ContainersReadOnly"], project_ids=[PROJECT])],
        )
        self.assertEqual([r.permission_set_names for r in api.list_rules_all(policy_id=policy.id)], [["ContainersReadOnly"]])
        key = api.create_api_key(description="", application_id=application.id)
        self.assertRegex(key.access_key, "^SCW[A-Z0-9]{17}$")
        self.assertTrue(key.secret_key)
        self.assertFalse(api.get_api_key(access_key=key.access_key).secret_key)
        api.delete_api_key(access_key=key.access_key)
        api.delete_policy(policy_id=policy.id)
        api.delete_application(application_id=application.id)
        with self.assertRaises(ScalewayException) as raised:
            api.get_application(application_id=application.id)
        self.assertEqual(raised.exception.status_code, 404)


class Jobs(unittest.TestCase):
    def test_a_job_runs_to_its_end(self):
        api = JobsV1Alpha2API(client())
        job = api.create_job_definition(
            name="python",
            description="",
            cpu_limit=140,
            memory_limit=256,
            local_storage_capacity=1024,
            image_uri="docker.io/library/alpine:3",
        )
        run = api.start_job_definition(job_definition_id=job.id).job_runs[0]
        # The SDK has no waiter for a run.
        states = (api.get_job_run(job_run_id=run.id).state for _ in range(100))
        ended = next(state for state in states if state in ("succeeded", "failed", "interrupted"))
        self.assertEqual(ended, "succeeded")
        api.delete_job_definition(job_definition_id=job.id)


if __name__ == "__main__":
    unittest.main()
