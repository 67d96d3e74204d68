"""The centre's own pages: server-rendered, without a script, behind a login."""
