// SPDX-License-Identifier: Apache-2.0
// Refused for the folder that it is in.
int Obsolete() { return 1; }
