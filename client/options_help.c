// SPDX-License-Identifier: MIT
// What jamnet --help says.

#include "options.h"

#include <stdio.h>

void client_options_help(void)
{
  puts(
    "Usage: jamnet [OPTION]... [LINK | @FILE]\n"
    "Play music together. With a link, or a file that holds one, go to that\n"
    "room; without, host one here and show the link that others join with.\n"
    "\n"
    "  --name NAME          what the others call you\n"
    "  --mode MODE          tight, normal or safe: how much delay to accept\n"
    "                       for fewer gaps (default normal)\n"
    "  --click              hear the beat that all share\n"
    "  --tempo BPM          set it for everybody and start it, 20 to 400\n"
    "  --align WAY          for everybody: least delay, common time, or a bar\n"
    "                       late (least, common, bar)\n"
    "  --bits 16|24         depth of what you send (default 24)\n"
    "  --frames N           samples per packet (default 64 at 48 kHz)\n"
    "\n"
    "Sound and MIDI\n"
    "  --list-devices       show what there is, and exit\n"
    "  --audio BACKEND      portaudio, jack or virtual\n"
    "  --api jack|alsa      sound system of PortAudio\n"
    "  --input, --output DEVICE    a number or part of a name\n"
    "  --channels 1|2       of output (default 2)\n"
    "  --rate HZ            default: the device's own\n"
    "  --midi-in, --midi-out PORT  part of a name\n"
    "  --midi-in-map, --midi-out-map LIST  as -12 (semitones), 1>10 "
    "(channels),\n"
    "                              2>- (left out), *>1 (all), with commas\n"
    "  --no-midi\n"
    "\n"
    "Hosting\n"
    "  --listen ADDR:PORT   default 0.0.0.0:4460\n"
    "  --public HOST:PORT   an address for the link that others reach you at\n"
    "  --key-file FILE      keep links valid from one time to the next\n"
    "\n"
    "Without a window\n"
    "  --headless           run in the terminal\n"
    "  --seconds N          stop after N seconds\n"
    "  --in FILE            play a WAV or FLAC instead of a microphone\n"
    "  --loop               start it again at its end\n"
    "  --out FILE           record what you hear as a WAV\n"
    "  --report FILE        write as JSON what was heard of whom\n"
    "  --midi-record FOLDER write the MIDI that was sent and heard, as JSON "
    "and\n"
    "                       as MIDI files\n"
    "  --key-log FILE       write down the keys of your sessions, to read\n"
    "                       captured packets; who has the file can listen\n"
    "\n"
    "  --theme dark|light|contrast, --scale PERCENT   of the window\n"
    "  --save               keep these settings for next time\n"
    "  --help, --version");
}
