include!("/dev/stdin");
