resource "scaleway_object_bucket" "data" {
  name          = "terraform-data"
  force_destroy = true
  tags          = { made-by = var.changed ? "changed" : "terraform" }

  versioning {
    enabled = true
  }

  cors_rule {
    allowed_methods = var.changed ? ["GET", "PUT"] : ["GET"]
    allowed_origins = ["https://example.org"]
  }

  lifecycle_rule {
    id      = "old"
    prefix  = "logs/"
    enabled = true

    expiration {
      days = var.changed ? 30 : 365
    }
  }
}

resource "scaleway_object_bucket_acl" "data" {
  bucket = scaleway_object_bucket.data.id
  acl    = var.changed ? "public-read" : "private"
}

resource "scaleway_object_bucket_policy" "data" {
  bucket = scaleway_object_bucket.data.id
  policy = jsonencode({
    Version = "2023-04-17"
    Id      = "terraform"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = var.changed ? ["s3:ListBucket", "s3:GetObject"] : ["s3:ListBucket"]
      Resource  = ["terraform-data", "terraform-data/*"]
    }]
  })
}

resource "scaleway_object_bucket_website_configuration" "data" {
  bucket = scaleway_object_bucket.data.id

  index_document {
    suffix = var.changed ? "home.html" : "index.html"
  }
}

resource "scaleway_object" "page" {
  bucket     = scaleway_object_bucket.data.id
  key        = "index.html"
  content    = "<h1>here</h1>"
  metadata   = { step = var.changed ? "two" : "one" }
  tags       = { step = var.changed ? "two" : "one" }
  visibility = var.changed ? "public-read" : "private"
}

resource "scaleway_object_bucket" "locked" {
  name                = "terraform-locked"
  object_lock_enabled = true
}

resource "scaleway_object_bucket_lock_configuration" "locked" {
  bucket = scaleway_object_bucket.locked.id

  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.changed ? 2 : 1
    }
  }
}

data "scaleway_object_bucket" "data" {
  name = scaleway_object_bucket.data.name
}
