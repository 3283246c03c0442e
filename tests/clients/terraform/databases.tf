resource "scaleway_vpc_private_network" "data" {
  name = "terraform-data"
}

resource "scaleway_rdb_instance" "main" {
  name              = var.changed ? "terraform-changed" : "terraform-main"
  node_type         = var.changed ? "db-dev-m" : "db-dev-s"
  engine            = "PostgreSQL-16"
  user_name         = "owner"
  password          = var.changed ? "An0ther_p&ssword" : "thiZ_is_v&ry_s3cret"
  disable_backup    = var.changed
  tags              = var.changed ? [] : ["terraform"]
  volume_type       = "sbs_5k"
  volume_size_in_gb = var.changed ? 20 : 10
  settings          = { work_mem = var.changed ? "8" : "4" }

  private_network {
    pn_id       = scaleway_vpc_private_network.data.id
    enable_ipam = true
  }

  load_balancer {}
}

resource "scaleway_rdb_acl" "main" {
  instance_id = scaleway_rdb_instance.main.id

  acl_rules {
    ip          = var.changed ? "198.51.100.0/24" : "192.0.2.0/24"
    description = "office"
  }
}

resource "scaleway_rdb_database" "app" {
  instance_id = scaleway_rdb_instance.main.id
  name        = "app"
}

resource "scaleway_rdb_user" "app" {
  instance_id = scaleway_rdb_instance.main.id
  name        = "app"
  password    = var.changed ? "An0ther_p&ssword" : "thiZ_is_v&ry_s3cret"
}

resource "scaleway_rdb_privilege" "app" {
  instance_id   = scaleway_rdb_instance.main.id
  user_name     = scaleway_rdb_user.app.name
  database_name = scaleway_rdb_database.app.name
  permission    = var.changed ? "readwrite" : "all"
}

resource "scaleway_rdb_database_backup" "app" {
  instance_id   = scaleway_rdb_instance.main.id
  database_name = scaleway_rdb_database.app.name
  name          = var.changed ? "changed" : "first"
}

resource "scaleway_rdb_snapshot" "main" {
  instance_id = scaleway_rdb_instance.main.id
  name        = var.changed ? "changed" : "first"
  depends_on  = [scaleway_rdb_database.app]
}

resource "scaleway_rdb_read_replica" "main" {
  instance_id = scaleway_rdb_instance.main.id
  depends_on  = [scaleway_rdb_snapshot.main]

  direct_access {}
}

data "scaleway_rdb_instance" "main" {
  name = scaleway_rdb_instance.main.name
}
