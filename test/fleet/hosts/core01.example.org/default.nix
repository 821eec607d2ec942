# The root that is wiped at every boot keeps its keys in /persist.
{
  marker = "a name with dots";
  hostKey = "/persist/etc/ssh/ssh_host_ed25519_key";
  identityPaths = [ "/persist/etc/ssh/ssh_host_ed25519_key" "/persist/etc/ssh/global_ed25519" ];
}
