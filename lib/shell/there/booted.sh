# Which boot this is, and what runs.
echo "boot $(cat /proc/sys/kernel/random/boot_id)"
tell
