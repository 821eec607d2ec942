# What is missing, or only the other can be read, is no error while there is the other.
text=$(evaluate "$better" 2>/dev/null) || text=$(evaluate "$attribute")
