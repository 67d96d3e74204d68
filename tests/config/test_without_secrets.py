"""Settings in a support bundle: what looks like a secret is left out, the rest stays as it is."""

from config.rules import without_secrets


def test_values_of_secrets_are_left_out() -> None:
    text = """\
# ours
name = "till"
pin = "1234"
  device-key = "abcdef"
# old_password = "hunter2"
central = "https://u:hunter2@centre.example"
note = '''
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2Vw
-----END PRIVATE KEY-----
'''
"""
    clean = without_secrets(text)
    for secret in ("1234", "abcdef", "hunter2", "MC4CAQ"):
        assert secret not in clean
    assert '# ours\nname = "till"\npin = [secret]\n' in clean


def test_settings_without_secrets_stay_as_they_are() -> None:
    text = 'name = "Keyboard"\nreaders = ["pcsc://"]\ncentral = "https://centre.example"\n'
    assert without_secrets(text) == text
