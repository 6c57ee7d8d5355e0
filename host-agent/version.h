/*
 * The version of benchwired and benchwire.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_VERSION_H
#define BENCHWIRE_HOST_AGENT_VERSION_H

#define BW_VERSION_TEXT "0.1.0"

#endif
