"""The contract of the wire, a file a group of its routes; `central.openapi` puts it together."""
