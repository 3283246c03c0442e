"""The `scw` command: what it makes, it waits for, reads, lists, changes and deletes; its own words for what is refused."""

import json
import os
import subprocess
import unittest

ORGANIZATION = "00000000-0000-4000-8000-00000000e0e0"
PASSWORD = "thiZ_is_v&ry_s3cret"


def environment():
    """Nothing of the machine's own accounts."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("SCW_")}
    return own | {
        "SCW_API_URL": os.environ["SCW_API_URL"],
        "SCW_ACCESS_KEY": "SCWEMULATOR000000000",
        "SCW_SECRET_KEY": "11111111-1111-4111-8111-111111111111",
        "SCW_DEFAULT_ORGANIZATION_ID": ORGANIZATION,
        "SCW_DEFAULT_PROJECT_ID": ORGANIZATION,
        "SCW_CONFIG_PATH": "/nonexistent",
        "SCW_DISABLE_CHECK_VERSION": "true",
    }


def run(*words, form="json"):
    return subprocess.run(
        [os.environ["SCW"], *words, "-o", form], env=environment(), capture_output=True, text=True, timeout=120
    )


class Scw(unittest.TestCase):
    def ok(self, *words):
        ran = run(*words)
        self.assertEqual(ran.returncode, 0, f"scw {' '.join(words)}:\n{ran.stdout}{ran.stderr}")
        return json.loads(ran.stdout or "null")

    def refused(self, *words):
        ran = run(*words)
        self.assertNotEqual(ran.returncode, 0, f"scw {' '.join(words)}:\n{ran.stdout}")
        return ran.stdout + ran.stderr

    def shown(self, *words):
        ran = run(*words, form="human")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return ran.stdout

    def test_containers(self):
        namespace = self.ok("container", "namespace", "create", "name=scw", "--wait")
        self.assertEqual(namespace["status"], "ready")
        self.assertIn("exists", self.refused("container", "namespace", "create", "name=scw"))
        container = self.ok(
            "container", "container", "create", f"namespace-id={namespace['id']}", "name=web",
            "image=docker.io/library/nginx:1.29", "port=80", "mvcpu-limit=140", "memory-limit-bytes=0.256GB",
            "liveness-probe.http.path=/", "--wait",
        )
        self.assertEqual(container["liveness_probe"]["failure_threshold"], 30)
        self.assertEqual((container["status"], container["memory_limit_bytes"]), ("ready", 256_000_000))
        changed = self.ok("container", "container", "update", container["id"], "max-scale=2", "--wait")
        self.assertEqual((changed["status"], changed["max_scale"]), ("ready", 2))
        self.assertIn("web", self.shown("container", "container", "list", "region=all"))
        self.ok("container", "container", "delete", container["id"])
        self.ok("container", "namespace", "delete", namespace["id"])

    def test_databases(self):
        instance = self.ok(
            "rdb", "instance", "create", "name=scw", "engine=PostgreSQL-16", "node-type=db-dev-s", "user-name=owner",
            f"password={PASSWORD}", "volume-type=sbs_5k", "volume-size=10GB", "--wait",
        )
        self.assertEqual(instance["status"], "ready")
        here = f"instance-id={instance['id']}"
        self.ok("rdb", "database", "create", here, "name=app")
        self.ok("rdb", "user", "create", here, "name=app", f"password={PASSWORD}")
        self.ok("rdb", "privilege", "set", here, "database-name=app", "user-name=app", "permission=readwrite")
        weak = self.refused("rdb", "user", "create", here, "name=b", "password=weak", "generate-password=false")
        self.assertIn("8 to 128", weak)
        self.ok("rdb", "acl", "add", "192.0.2.1", here)
        backup = self.ok("rdb", "backup", "create", here, "database-name=app", "--wait")
        self.assertEqual(backup["status"], "ready")
        self.ok("rdb", "instance", "upgrade", instance["id"], "node-type=db-dev-m", "--wait")
        self.assertIn("db-dev-m", self.shown("rdb", "instance", "list"))
        self.ok("rdb", "instance", "delete", instance["id"], "--wait")
        self.assertIn("cannot find resource 'instance'", self.refused("rdb", "instance", "get", instance["id"]))

    def test_secrets(self):
        secret = self.ok("secret", "secret", "create", "name=scw", "path=/clients", "protected=true")
        self.ok("secret", "version", "create", secret["id"], "data=sesame")
        read = self.ok("secret", "version", "access", secret["id"], "revision=latest")
        self.assertEqual(read["data"], "c2VzYW1l")
        self.assertIn("precondition failed", self.refused("secret", "secret", "delete", secret["id"]))
        self.ok("secret", "secret", "unprotect", secret["id"])
        self.assertIn("scw", self.shown("secret", "secret", "list"))
        self.ok("secret", "secret", "delete", secret["id"])

    def test_jobs(self):
        job = self.ok(
            "jobs", "definition", "create", "name=scw", "cpu-limit=140", "memory-limit=256",
            "local-storage-capacity=1024", "image-uri=docker.io/library/alpine:3", "startup-command.0=true",
        )
        started = self.ok("jobs", "definition", "start", job["id"])["job_runs"][0]
        ended = self.ok("jobs", "run", "wait", started["id"])
        self.assertEqual(ended["state"], "succeeded")
        self.ok("jobs", "definition", "delete", job["id"])

    def test_access(self):
        project = self.ok("account", "project", "create", "name=scw")
        application = self.ok("iam", "application", "create", "name=scw")
        policy = self.ok(
            "iam", "policy", "create", "name=scw", f"application-id={application['id']}",
            "rules.0.permission-set-names.0=ContainersReadOnly", f"rules.0.project-ids.0={project['id']}",
        )
        key = self.ok("iam", "api-key", "create", f"application-id={application['id']}")
        self.assertTrue(key["secret_key"])
        self.assertNotIn(key["secret_key"], json.dumps(self.ok("iam", "api-key", "get", key["access_key"])))
        self.ok("iam", "policy", "delete", policy["id"])
        self.ok("iam", "application", "delete", application["id"])
        self.ok("account", "project", "delete", f"project-id={project['id']}")

    def test_networks_and_cockpit(self):
        vpc = self.ok("vpc", "vpc", "create", "name=scw")
        network = self.ok("vpc", "private-network", "create", f"vpc-id={vpc['id']}", "subnets.0=10.9.0.0/24")
        self.ok("ipam", "ip", "create", f"source.private-network-id={network['id']}", "address=10.9.0.9")
        self.assertIn("in use", self.refused("vpc", "private-network", "delete", network["id"]))
        source = self.ok("cockpit", "data-source", "create", "name=scw", "type=metrics")
        self.assertEqual(source["retention_days"], 31)
        token = self.ok("cockpit", "token", "create", "name=scw", "token-scopes.0=read_only_metrics")
        self.assertTrue(token["secret_key"])


if __name__ == "__main__":
    unittest.main()
