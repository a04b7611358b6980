jam_check(toast session)
