"""Terraform with Scaleway's provider: each configuration beside this is applied, planned, changed, imported, destroyed."""

import json
import os
import pathlib
import shutil
import subprocess
import unittest

HERE = pathlib.Path(__file__).parent
SCRATCH = pathlib.Path(os.environ["SCRATCH"]) / "terraform"
TERRAFORM = os.environ["TERRAFORM"]
PROVIDER = pathlib.Path(os.environ["TERRAFORM_PROVIDER_SCALEWAY"]).resolve()
ORGANIZATION = "00000000-0000-4000-8000-00000000e0e0"

HEAD = """
terraform {
  required_providers {
    scaleway = { source = "scaleway/scaleway" }
  }
}

variable "changed" {
  type = bool
}
"""
# Their import does not read what makes them be made anew: data that is never read back, the container of a trigger.
NOT_IMPORTED = {"scaleway_secret_version", "scaleway_container_trigger"}


def environment():
    """Nothing of the machine's own accounts, and the provider as it lies there instead of a registry's."""
    settings = SCRATCH / "terraformrc"
    overrides = f'dev_overrides {{ "scaleway/scaleway" = "{PROVIDER.parent}" }}'
    settings.write_text(f"provider_installation {{\n  {overrides}\n  direct {{}}\n}}\n")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SCW_", "AWS_", "TF_"))}
    return own | {
        "SCW_API_URL": os.environ["SCW_API_URL"],
        "SCW_S3_ENDPOINT": os.environ["SCW_S3_ENDPOINT"],
        "SCW_ACCESS_KEY": "SCWEMULATOR000000000",
        "SCW_SECRET_KEY": "11111111-1111-4111-8111-111111111111",
        "SCW_DEFAULT_ORGANIZATION_ID": ORGANIZATION,
        "SCW_DEFAULT_PROJECT_ID": ORGANIZATION,
        "SCW_CONFIG_PATH": str(SCRATCH / "none.yaml"),
        "TF_CLI_CONFIG_FILE": str(settings),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }


class Terraform(unittest.TestCase):
    def setUp(self):
        SCRATCH.mkdir(parents=True, exist_ok=True)
        self.environment = environment()

    def folder(self, name, *texts):
        folder = SCRATCH / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "main.tf").write_text("\n".join([HEAD, *texts]))
        return folder

    def run_in(self, folder, command, *arguments, expected=0):
        ran = subprocess.run(
            [TERRAFORM, command, "-no-color", *arguments],
            cwd=folder, env=self.environment, capture_output=True, text=True, timeout=600,
        )
        self.assertEqual(ran.returncode, expected, f"{command} in {folder.name}:\n{ran.stdout}\n{ran.stderr}")
        return ran.stdout

    def actions(self, folder, *arguments):
        """What a plan would do, by address; what it only reads or leaves is left out."""
        self.run_in(folder, "plan", "-input=false", "-out=plan", *arguments)
        plan = json.loads(self.run_in(folder, "show", "-json", "plan"))
        changes = {change["address"]: change for change in plan.get("resource_changes", [])}
        planned = {address: change["change"]["actions"] for address, change in changes.items()}
        return {address: actions for address, actions in planned.items() if actions not in (["no-op"], ["read"])}

    def resources(self, folder):
        state = json.loads(self.run_in(folder, "show", "-json"))
        found = state.get("values", {}).get("root_module", {}).get("resources", [])
        return [resource for resource in found if resource["mode"] == "managed"]

    def goes_through_its_life(self, product):
        text = (HERE / f"{product}.tf").read_text()
        folder = self.folder(product, text)
        first, changed = "-var=changed=false", "-var=changed=true"
        self.run_in(folder, "apply", "-auto-approve", first)
        self.assertEqual(self.actions(folder, first), {}, "a second plan")
        wanted = self.actions(folder, changed)
        self.assertTrue(wanted, "the configuration changes nothing")
        self.assertEqual({tuple(actions) for actions in wanted.values()}, {("update",)}, "changes are made in place")
        self.run_in(folder, "apply", "-auto-approve", changed)
        self.assertEqual(self.actions(folder, changed), {}, "a second plan after the change")

        resources = [resource for resource in self.resources(folder) if resource["type"] not in NOT_IMPORTED]
        imports = [
            f'import {{\n  to = {resource["address"]}\n  id = "{resource["values"]["id"]}"\n}}' for resource in resources
        ]
        elsewhere = self.folder(f"{product}-imported", text, *imports)
        planned = self.actions(elsewhere, changed)
        # What no answer tells (passwords, what only the provider minds) is written once more, nothing made anew.
        for resource in resources:
            address = resource["address"]
            self.assertEqual(planned.get(address, ["update"]), ["update"], f"{address} imported")

        self.run_in(folder, "destroy", "-auto-approve", changed)
        self.assertEqual(self.resources(folder), [])


def life_of(product):
    return lambda self: self.goes_through_its_life(product)


for configuration in sorted(HERE.glob("*.tf")):
    setattr(Terraform, f"test_{configuration.stem}", life_of(configuration.stem))


if __name__ == "__main__":
    unittest.main()
