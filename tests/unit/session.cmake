jam_check(session link)
