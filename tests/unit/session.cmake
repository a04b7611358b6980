jam_check(session link)
jam_check(session engine)
jam_check(session hostile)
jam_check(session roam)
