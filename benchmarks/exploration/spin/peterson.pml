/* Two processes keep each other out by flags and a turn, N times. */
byte flags[2], turn;
short inside = 0;
proctype enter(byte me) {
  byte k = 0; short t;
  do
  :: k < N ->
     flags[me] = 1;
     turn = 1 - me;
wait:
     if :: flags[1 - me] == 1 -> if :: turn == 1 - me -> goto wait :: else fi :: else fi;
     t = inside; inside = t + 1;
     assert(inside == 1);
     t = inside; inside = t - 1;
     flags[me] = 0;
     k++
  :: else -> break
  od
}
init { atomic { run enter(0); run enter(1) } }
