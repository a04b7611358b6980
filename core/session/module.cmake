jam_module(session
  SOURCES link.c message.c client.c client_connect.c client_roam.c client_leg.c client_capture.c
          client_remote.c client_clock.c client_fit.c
          client_midi.c client_midi_in.c client_midi_out.c client_transport.c client_view.c client_rt.c
          client_click.c client_click_rt.c node.c node_cluster.c node_media.c node_mesh.c node_midi.c
          node_midi_mesh.c node_room.c node_transport.c
  DEPENDS base wire jellie midip2p toast pntbtr playout synchub nodemesh)
