resource "scaleway_vpc" "main" {
  name = var.changed ? "terraform-changed" : "terraform-main"
  tags = var.changed ? [] : ["terraform"]
}

resource "scaleway_vpc" "other" {
  name = "terraform-other"
}

resource "scaleway_vpc_private_network" "main" {
  name   = var.changed ? "terraform-changed" : "terraform-main"
  vpc_id = scaleway_vpc.main.id

  ipv4_subnet {
    subnet = "192.168.40.0/24"
  }
}

resource "scaleway_vpc_connector" "main" {
  name          = var.changed ? "changed" : "first"
  vpc_id        = scaleway_vpc.main.id
  target_vpc_id = scaleway_vpc.other.id
}

resource "scaleway_vpc_route" "main" {
  vpc_id                     = scaleway_vpc.main.id
  description                = var.changed ? "changed" : "first"
  destination                = "10.40.0.0/24"
  nexthop_private_network_id = scaleway_vpc_private_network.main.id
}

resource "scaleway_vpc_acl" "main" {
  vpc_id         = scaleway_vpc.main.id
  is_ipv6        = false
  default_policy = "drop"

  rules {
    protocol      = "TCP"
    source        = "0.0.0.0/0"
    destination   = "192.168.40.0/24"
    dst_port_low  = 443
    dst_port_high = 443
    description   = "https"
    action        = var.changed ? "drop" : "accept"
  }
}

resource "scaleway_ipam_ip" "main" {
  address = "192.168.40.7"
  tags    = var.changed ? [] : ["terraform"]

  source {
    private_network_id = scaleway_vpc_private_network.main.id
  }
}

data "scaleway_vpc" "main" {
  name = scaleway_vpc.main.name
}

data "scaleway_ipam_ip" "main" {
  ipam_ip_id = scaleway_ipam_ip.main.id
}
