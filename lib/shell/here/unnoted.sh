# Nothing is done, so nothing is noted.
note() { :; }
