"""boto3: buckets, objects, versions, conditional writes, multipart uploads, presigned URLs."""

import os
import unittest
import urllib.request

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

PART = 5 * 1024 * 1024


def s3():
    return boto3.client(
        "s3",
        endpoint_url=os.environ["SCW_S3_ENDPOINT"],
        region_name="fr-par",
        aws_access_key_id="SCWEMULATOR000000000",
        aws_secret_access_key="00000000-0000-4000-8000-000000000000",
        config=Config(s3={"addressing_style": "path"}),
    )


class Buckets(unittest.TestCase):
    def setUp(self):
        self.s3 = s3()
        self.bucket = "boto3-" + self._testMethodName.replace("_", "-").removeprefix("test-")[:40].rstrip("-")
        self.s3.create_bucket(Bucket=self.bucket)

    def code(self, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(Bucket=self.bucket, **arguments)
        return raised.exception.response["Error"]["Code"]

    def test_objects_live(self):
        self.s3.put_object(Bucket=self.bucket, Key="a/b", Body=b"hello", Metadata={"of": "mine"})
        read = self.s3.get_object(Bucket=self.bucket, Key="a/b", Range="bytes=1-3")
        self.assertEqual((read["Body"].read(), read["Metadata"]), (b"ell", {"of": "mine"}))
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Delimiter="/")
        self.assertEqual([p["Prefix"] for p in listed["CommonPrefixes"]], ["a/"])
        self.assertEqual(self.code(self.s3.delete_bucket), "BucketNotEmpty")
        self.s3.delete_object(Bucket=self.bucket, Key="a/b")
        self.assertEqual(self.code(self.s3.get_object, Key="a/b"), "NoSuchKey")
        self.s3.delete_bucket(Bucket=self.bucket)
        self.assertNotIn(self.bucket, [b["Name"] for b in self.s3.list_buckets()["Buckets"]])

    def test_versions_are_kept(self):
        self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        first = self.s3.put_object(Bucket=self.bucket, Key="k", Body=b"1")["VersionId"]
        self.s3.put_object(Bucket=self.bucket, Key="k", Body=b"2")
        self.s3.delete_object(Bucket=self.bucket, Key="k")
        self.assertEqual(self.code(self.s3.get_object, Key="k"), "NoSuchKey")
        old = self.s3.get_object(Bucket=self.bucket, Key="k", VersionId=first)
        self.assertEqual(old["Body"].read(), b"1")
        listed = self.s3.list_object_versions(Bucket=self.bucket)
        self.assertEqual((len(listed["Versions"]), len(listed["DeleteMarkers"])), (2, 1))

    def test_a_second_create_is_refused(self):
        put = self.s3.put_object
        tag = put(Bucket=self.bucket, Key="lock", Body=b"mine", IfNoneMatch="*")["ETag"]
        self.assertEqual(self.code(put, Key="lock", Body=b"yours", IfNoneMatch="*"), "PreconditionFailed")
        put(Bucket=self.bucket, Key="lock", Body=b"again", IfMatch=tag)
        self.assertEqual(self.code(put, Key="lock", Body=b"late", IfMatch=tag), "PreconditionFailed")

    def test_parts_become_one(self):
        upload = self.s3.create_multipart_upload(Bucket=self.bucket, Key="big")["UploadId"]
        parts = []
        for number, size in ((1, PART), (2, 10)):
            answer = self.s3.upload_part(
                Bucket=self.bucket, Key="big", UploadId=upload, PartNumber=number, Body=b"x" * size
            )
            parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        self.s3.complete_multipart_upload(
            Bucket=self.bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts}
        )
        self.assertEqual(self.s3.head_object(Bucket=self.bucket, Key="big")["ContentLength"], PART + 10)

    def test_a_presigned_address_needs_no_key(self):
        self.s3.put_object(Bucket=self.bucket, Key="k", Body=b"shared")
        address = self.s3.generate_presigned_url("get_object", Params={"Bucket": self.bucket, "Key": "k"})
        with urllib.request.urlopen(address) as answer:
            self.assertEqual(answer.read(), b"shared")


if __name__ == "__main__":
    unittest.main()
